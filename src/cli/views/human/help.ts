import type { Command, CommandSection, LeafCommand, OptionSpec, OptionTable } from "../../command-line/command.ts";
import { flagOf, optionGroups } from "../../command-line/command.ts";
import { globalOptions } from "../../command-line/options.ts";
import { displayWidth } from "./display-width.ts";
import type { Palette } from "../../terminal/palette.ts";

export interface HelpOptions {
  readonly palette: Palette;
  /** Display width to wrap at. */
  readonly width: number;
}

const promise =
  "isthmus makes N Kubernetes clusters one Istio mesh from one file, keeps it healthy, and moves traffic between clusters.";

const firstSteps = [
  { command: "isthmus demo", does: "two real clusters on this machine become one mesh, with proof" },
  { command: "isthmus plan -f mesh.yaml", does: "what would change on your clusters" },
  { command: "isthmus apply -f mesh.yaml", does: "do it, in phases, with progress" },
] as const;

/** Help for the whole program: examples first, then the commands by section. */
export function viewProgramHelp(sections: readonly CommandSection[], options: HelpOptions): string {
  return [
    wrap(promise, options.width),
    "",
    ...viewExamples(firstSteps, options),
    "",
    `${options.palette.strong("Usage:")} isthmus COMMAND [options]`,
    "",
    ...sections.flatMap((section) => [
      options.palette.strong(`${section.title}:`),
      ...viewTerms(
        section.commands.filter(isShown).map((command) => [command.name, command.summary]),
        options,
      ),
      "",
    ]),
    ...viewOptionGroups({}, options),
    "",
    wrap(
      "`isthmus help COMMAND` shows more about a command, `isthmus help exit-codes` about exit codes, `isthmus explain CODE` about a message.",
      options.width,
    ),
  ].join("\n");
}

/** Help for one command or group: what it does, examples, usage, arguments, options by group. */
export function viewCommandHelp(path: readonly Command[], options: HelpOptions): string {
  const command = path.at(-1);
  if (command === undefined) {
    throw new Error("help for a command needs a command");
  }
  const name = ["isthmus", ...path.map((one) => one.name)].join(" ");
  const { palette } = options;
  const lines = [wrap(`${command.summary}.`, options.width), "", ...viewExamples(command.examples, options), ""];
  lines.push(
    `${palette.strong("Usage:")} ${name} ${command.kind === "group" ? "COMMAND [options]" : usageOf(command)}`,
    "",
  );
  if (command.description !== undefined) {
    lines.push(wrap(command.description, options.width), "");
  }
  if (command.kind === "group") {
    const terms = command.commands.filter(isShown).map((one) => [one.name, one.summary] as const);
    lines.push(palette.strong("Commands:"), ...viewTerms(terms, options), "", ...viewOptionGroups({}, options));
    return lines.join("\n");
  }
  const terms = Object.values(command.arguments).map((one) => [one.value, describeArgument(one)] as const);
  if (terms.length > 0) {
    lines.push(palette.strong("Arguments:"), ...viewTerms(terms, options), "");
  }
  return [...lines, ...viewOptionGroups(command.options, options)].join("\n");
}

/** `SERVICE VERSION=PERCENT... [options]` */
export function usageOf(command: LeafCommand): string {
  const words = Object.values(command.arguments).map((one) => {
    const value = one.rest === true ? `${one.value}...` : one.value;
    return one.required === true ? value : `[${value}]`;
  });
  return [...words, "[options]"].join(" ");
}

/** `-f, --file FILE` */
export function optionTerm(key: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? "    " : `-${spec.short}, `;
  return `${short}${flagOf(key)}${valueOf(spec)}`;
}

/** The summary, with the default where there is one. */
export function describeOption(spec: OptionSpec): string {
  return "default" in spec ? `${spec.summary} (default: ${spec.default})` : spec.summary;
}

/** The summary, with the words to choose from. */
export function describeArgument(spec: LeafCommand["arguments"][string]): string {
  return spec.choices === undefined ? spec.summary : `${spec.summary} (${spec.choices.join(", ")})`;
}

function valueOf(spec: OptionSpec): string {
  switch (spec.kind) {
    case "flag":
      return "";
    case "choice":
      return ` ${spec.choices.join("|")}`;
    case "duration":
      return " DURATION";
    case "list":
      return ` ${spec.value},...`;
    case "flag-or-list":
      return `[=${spec.value},...]`;
    case "text":
    case "integer":
      return ` ${spec.value}`;
  }
}

function isShown(command: Command): boolean {
  return command.hidden !== true;
}

function viewExamples(examples: Command["examples"], options: HelpOptions): string[] {
  const longest = Math.max(0, ...examples.map((one) => one.command.length));
  const beside = examples.every((one) => longest + one.does.length + 6 <= options.width);
  const lines = examples.flatMap((one) =>
    beside
      ? [`  ${one.command.padEnd(longest)}  ${options.palette.dim(`# ${one.does}`)}`]
      : [`  ${options.palette.dim(`# ${one.does}`)}`, `  ${one.command}`],
  );
  return [options.palette.strong("Examples:"), ...lines];
}

function viewOptionGroups(own: OptionTable, options: HelpOptions): string[] {
  const all = [...Object.entries(own), ...Object.entries<OptionSpec>(globalOptions)].filter(
    ([, spec]) => spec.hidden !== true,
  );
  const width = Math.max(...all.map(([key, spec]) => optionTerm(key, spec).length));
  return optionGroups
    .flatMap((group) => {
      const terms = all
        .filter(([, spec]) => spec.group === group)
        .map(([key, spec]) => [optionTerm(key, spec), describeOption(spec)] as const);
      const help = group === "Global" ? [["-h, --help", "Show this help"] as const] : [];
      return terms.length === 0
        ? []
        : [options.palette.strong(`${group}:`), ...viewTerms([...terms, ...help], options, width), ""];
    })
    .slice(0, -1);
}

function viewTerms(terms: readonly (readonly [string, string])[], options: HelpOptions, atLeast = 0): string[] {
  const width = Math.max(atLeast, ...terms.map(([term]) => term.length));
  return terms.map(([term, text]) => {
    const [first = "", ...more] = wrap(text, Math.max(20, options.width - width - 4)).split("\n");
    return [`  ${term.padEnd(width)}  ${first}`, ...more.map((line) => `${" ".repeat(width + 4)}${line}`)].join("\n");
  });
}

/** Breaks at spaces, so that no line is wider than `width` (words that are wider stay whole). */
function wrap(text: string, width: number): string {
  if (text.length <= width && displayWidth(text) <= width) {
    return text;
  }
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join("\n");
}
