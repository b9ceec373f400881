import type { CommanderError, Command as Parser } from "commander";
import { quoteCommand } from "../../core/quote-command.ts";
import type { Command } from "./command.ts";
import { usageError } from "./usage-error.ts";

/** What is wrong with a command line, as commander reports it. */
interface Mistake {
  readonly parser: Parser;
  /** The command that was being read; empty for the program itself. */
  readonly path: readonly Command[];
  /** `isthmus sandbox up` */
  readonly name: string;
  /** The command that shows help for it, in backticks. */
  readonly help: string;
  /** The word that commander quotes. */
  readonly quoted: string;
  /** The known word that is nearest. */
  readonly near: string | undefined;
}

/**
 * An error of the parser as a UserError (64), with the command or option that
 * was probably meant, or where to read on. What is no mistake of the command line stays what it is.
 */
export function explainParserError(error: CommanderError, parser: Parser, path: readonly Command[]): Error {
  const [, quoted = ""] = /'([^']*)'/.exec(error.message) ?? [];
  const [, near] = /\(Did you mean (?:one of )?(.+)\?\)/.exec(error.message) ?? [];
  const explain = explanations[error.code];
  return explain === undefined
    ? error
    : explain({ parser, path, name: nameOf(path), help: helpFor(path), quoted, near });
}

/** A word that is no command there. */
export function unknownCommand(word: string, path: readonly Command[], near: string | undefined): Error {
  return usageError(
    "ISM001",
    `${nameOf(path)} has no command ${word}.`,
    near === undefined ? `${helpFor(path)} lists the commands.` : `Did you mean ${near}?`,
  );
}

/** An option at the end of the line, or before another one. */
export function forgottenValue(flag: string, path: readonly Command[], next?: string): Error {
  return usageError(
    "ISM004",
    `${flag} needs a value after it${next === undefined ? "" : `, and ${next} is an option`}.`,
    `${helpFor(path)} shows the options.`,
  );
}

/** By the codes of commander 14 (https://github.com/tj/commander.js/blob/v14.0.0/lib/command.js). */
const explanations: Readonly<Record<string, (mistake: Mistake) => Error>> = {
  "commander.unknownCommand": ({ quoted, path, near }) => unknownCommand(quoted, path, near),
  "commander.unknownOption": unknownOption,
  "commander.missingArgument": missingArgument,
  "commander.optionMissingArgument": ({ quoted, path }) => forgottenValue(/--[a-z-]+/.exec(quoted)?.[0] ?? "", path),
  "commander.excessArguments": ({ parser, name, help }) => {
    const extra = parser.args.slice(parser.registeredArguments.length);
    const file = extra.find((word) => /\.ya?ml$/.test(word));
    const isMesh = file !== undefined && parser.options.some((option) => option.long === "--file");
    return usageError(
      "ISM006",
      `${name} does not take ${extra.join(" ")}.`,
      isMesh
        ? `The mesh file is named by -f: ${quoteCommand([...name.split(" "), ...parser.args.slice(0, parser.registeredArguments.length), "-f", file])}`
        : `${help} shows the arguments.`,
    );
  },
  "commander.help": missingCommand,
};

function unknownOption({ quoted, near, name, help, parser }: Mistake): Error {
  const [flag = quoted] = quoted.split("=");
  const known = [...parser.options, ...(parser.parent?.options ?? [])].find(
    (option) => option.long === flag || option.short === flag,
  );
  if (known !== undefined && quoted !== flag) {
    return usageError(
      "ISM005",
      `${flag} takes no value, but has ${JSON.stringify(quoted.slice(flag.length + 1))}.`,
      `Write ${flag} alone.`,
    );
  }
  return usageError(
    "ISM002",
    `${name} has no option ${flag}.`,
    near === undefined ? `${help} lists the options.` : `Did you mean ${near}?`,
  );
}

function missingArgument({ quoted, path, name, help }: Mistake): Error {
  const last = path.at(-1);
  const summary =
    last?.kind === "leaf" ? Object.values(last.arguments).find((one) => one.value === quoted)?.summary : undefined;
  const example = last?.examples[0]?.command;
  return usageError(
    "ISM003",
    `${name} needs ${quoted}${summary === undefined ? "" : `: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}`}.`,
    example === undefined ? `${help} shows the arguments.` : `For example: ${example}`,
  );
}

/** A noun without its verb. */
function missingCommand({ path, name, help }: Mistake): Error {
  const last = path.at(-1);
  const verbs = last?.kind === "group" ? last.commands.filter((one) => one.hidden !== true) : [];
  return usageError(
    "ISM008",
    `${name} needs one of: ${verbs.map((one) => one.name).join(", ")}.`,
    `${help} shows what each of them does.`,
  );
}

function nameOf(path: readonly Command[]): string {
  return ["isthmus", ...path.map((command) => command.name)].join(" ");
}

function helpFor(path: readonly Command[]): string {
  return `\`${["isthmus", "help", ...path.map((command) => command.name)].join(" ")}\``;
}
