import { Argument, Command as Parser, Option } from "commander";
import type { Args, ArgumentSpec, Command, LeafCommand, OptionSpec, OptionTable, ParsedValues } from "./command.ts";
import { flagOf } from "./command.ts";
import type { RawValues } from "./convert-values.ts";
import { convertValues, everyValue } from "./convert-values.ts";
import { findCommand } from "./find-command.ts";
import { globalOptions } from "./options.ts";
import { explainParserError, forgottenValue, unknownCommand } from "./explain-parser-error.ts";

export type GlobalValues = Args<typeof globalOptions, Readonly<Record<never, never>>>;

/** What a command line asks for. */
export type CommandLine =
  /** `path` is what help was asked for; empty for the program itself. */
  | { readonly kind: "help"; readonly path: readonly Command[]; readonly globals: GlobalValues }
  | {
      readonly kind: "run";
      readonly command: LeafCommand;
      readonly values: ParsedValues;
      readonly globals: GlobalValues;
    };

interface Asked {
  found?:
    /** `words` are those that no parser has taken. */
    | { readonly kind: "help"; readonly path: readonly Command[]; readonly words: readonly string[] }
    | { readonly kind: "run"; readonly command: LeafCommand; readonly raw: RawValues };
}

/** Reads a command line against the command table. Throws a UserError (64) for every kind of wrong usage. */
export function parseCommandLine(argv: readonly string[], commands: readonly Command[]): CommandLine {
  const asked: Asked = {};
  const program = new Parser("isthmus");
  prepare(program, [], asked);
  addOptions(program, globalOptions);
  const words = versionAsCommand(withoutEquals(argv, commands), commands);
  for (const command of commands) {
    addCommand(program, command, [], { asked, words });
  }
  try {
    program.parse([...withEveryValue(words, commands)], { from: "user" });
  } catch (error) {
    if (asked.found === undefined) {
      throw error;
    }
  }
  const globals = convertValues(globalOptions, {}, rawOptions(program, globalOptions)) as unknown as GlobalValues;
  if (asked.found?.kind === "run") {
    const { command, raw } = asked.found;
    return { kind: "run", command, values: convertValues(command.options, command.arguments, raw), globals };
  }
  return { kind: "help", path: asked.found === undefined ? [] : helpPath(asked.found, commands), globals };
}

/** What help is asked for: the words before an option that the parser does not know are commands, or a mistake to tell. */
function helpPath(
  { path, words }: { readonly path: readonly Command[]; readonly words: readonly string[] },
  commands: readonly Command[],
): readonly Command[] {
  const asked = words.filter((word) => word !== "-h" && word !== "--help");
  const end = asked.findIndex((word) => word.startsWith("-"));
  const last = path.at(-1);
  const below = last === undefined ? commands : last.kind === "group" ? last.commands : [];
  const found = findCommand(end === -1 ? asked : asked.slice(0, end), below);
  if (found.unknown !== undefined) {
    throw unknownCommand(found.unknown, [...path, ...found.path], found.near);
  }
  return [...path, ...found.path];
}

/** `isthmus --version -o json` is `isthmus version -o json`. */
function versionAsCommand(argv: readonly string[], commands: readonly Command[]): readonly string[] {
  const names = new Set(commands.map((command) => command.name));
  const asksVersion =
    argv.some((word) => word === "--version" || word === "-V") && !argv.some((word) => names.has(word));
  return asksVersion ? ["version", ...argv.filter((word) => word !== "--version" && word !== "-V")] : argv;
}

/** `-o=json` is `-ojson`, as kubectl and helm read it (https://pkg.go.dev/github.com/spf13/pflag#hdr-Command_line_flag_syntax); the parser would take `=json`. */
function withoutEquals(argv: readonly string[], commands: readonly Command[]): readonly string[] {
  const letters = new Set(
    [globalOptions, ...tablesOf(commands)].flatMap((table: OptionTable) =>
      Object.values(table).flatMap((spec) =>
        spec.short === undefined || spec.kind === "flag" ? [] : [`-${spec.short}=`],
      ),
    ),
  );
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length;
  return argv.map((word, index) =>
    index < end && word.length > 3 && letters.has(word.slice(0, 3)) ? `${word.slice(0, 2)}${word.slice(3)}` : word,
  );
}

function tablesOf(commands: readonly Command[]): readonly OptionTable[] {
  return commands.flatMap((command) =>
    command.kind === "group" ? command.commands.map(({ options }) => options) : [command.options],
  );
}

/** A `--flag` that may have a value and stands alone gets one, so that the next word stays an argument. */
function withEveryValue(argv: readonly string[], commands: readonly Command[]): readonly string[] {
  const flags = new Set(
    tablesOf(commands).flatMap((table) =>
      Object.entries(table).flatMap(([key, spec]) => (spec.kind === "flag-or-list" ? [flagOf(key)] : [])),
    ),
  );
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length;
  return argv.map((word, index) => (index < end && flags.has(word) ? `${word}=${everyValue}` : word));
}

/** One that is not among the words has a name only: making the options of all commands takes a tenth of what a help does. */
function addCommand(
  parent: Parser,
  command: Command,
  above: readonly Command[],
  line: { readonly asked: Asked; readonly words: readonly string[] },
): void {
  const path = [...above, command];
  const parser = parent.command(command.name, { hidden: command.hidden === true });
  if (!line.words.includes(command.name)) {
    return;
  }
  const { asked } = line;
  prepare(parser, path, asked);
  if (command.kind === "group") {
    for (const below of command.commands) {
      addCommand(parser, below, path, line);
    }
    return;
  }
  for (const spec of Object.values(command.arguments)) {
    parser.addArgument(argumentOf(spec));
  }
  addOptions(parser, command.options);
  parser.action(() => {
    const raw = rawOptions(parser, command.options);
    refuseForgottenValues(parser, command, raw, path);
    asked.found = { kind: "run", command, raw: { ...raw, ...rawArguments(parser, command) } };
  });
}

/** The parser takes any word behind an option for its value, also the next option. */
function refuseForgottenValues(parser: Parser, command: LeafCommand, raw: RawValues, path: readonly Command[]): void {
  const flags = new Set(
    [...parser.options, ...(parser.parent?.options ?? [])].flatMap(({ long, short }) => [long, short]),
  );
  for (const key of Object.keys(command.options)) {
    const next = [raw[key] ?? []].flat().find((text) => typeof text === "string" && flags.has(text));
    if (next !== undefined) {
      throw forgottenValue(flagOf(key), path, String(next));
    }
  }
}

/** Makes one parser silent: help becomes a value, errors become diagnostics. */
function prepare(parser: Parser, path: readonly Command[], asked: Asked): void {
  parser.helpCommand(false);
  parser.helpOption("-h, --help");
  // Help is a view's: the parser's own text would be made and thrown away.
  parser.helpInformation = () => "";
  parser.configureOutput({ writeOut: () => {}, writeErr: () => {}, outputError: () => {} });
  parser.exitOverride((error) => {
    const last = path.at(-1);
    if (error.code === "commander.helpDisplayed" || (error.code === "commander.help" && last === undefined)) {
      asked.found = { kind: "help", path, words: parser.args };
    }
    throw explainParserError(error, parser, path);
  });
}

function addOptions(parser: Parser, options: OptionTable): void {
  for (const [key, spec] of Object.entries(options)) {
    const option = new Option(flagsOf(key, spec));
    if (spec.kind === "list" || spec.kind === "flag-or-list") {
      option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
    }
    parser.addOption(spec.hidden === true ? option.hideHelp() : option);
  }
}

function flagsOf(key: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? "" : `-${spec.short}, `;
  return `${short}${flagOf(key)}${spec.kind === "flag" ? "" : " <value>"}`;
}

function argumentOf(spec: ArgumentSpec): Argument {
  const name = spec.rest === true ? `${spec.value}...` : spec.value;
  return new Argument(spec.required === true ? `<${name}>` : `[${name}]`);
}

function rawOptions(parser: Parser, options: OptionTable): RawValues {
  const given: Readonly<Record<string, unknown>> = parser.opts();
  const raw: Record<string, RawValues[string]> = {};
  for (const key of Object.keys(options)) {
    const option = parser.options.find((one) => one.long === flagOf(key));
    const value = option === undefined ? undefined : given[option.attributeName()];
    // The parser reads `--no-verify` as "verify is false".
    raw[key] = option?.negate === true ? value === false : (value as RawValues[string]);
  }
  return raw;
}

function rawArguments(parser: Parser, command: LeafCommand): RawValues {
  const texts = [...parser.args];
  return Object.fromEntries(
    Object.entries(command.arguments).map(([key, spec]) => [key, spec.rest === true ? texts.splice(0) : texts.shift()]),
  );
}
