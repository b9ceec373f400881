import type { ArgumentSpec, Command, OptionTable } from "../command.ts";
import { flagOf } from "../command.ts";
import { globalOptions } from "../options.ts";

/** What can come next at one place of the command line; every shell's script is written from these. */
export interface CompletionPlace {
  /** The words after `isthmus`: `[]`, `["sandbox"]`, `["sandbox", "up"]`. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly CompletionOption[];
  readonly arguments: readonly CompletionValue[];
  /** The last argument may come again and again. */
  readonly repeats: boolean;
}

export interface CompletionOption {
  /** `-f` and `--file`. */
  readonly flags: readonly string[];
  readonly summary: string;
  /** True when the value may be left out; it then stands behind `=` in the same word. */
  readonly optional?: boolean;
  /** Undefined for a flag without a value. */
  readonly value: CompletionValue | undefined;
}

export type CompletionValue =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "file" | "folder" | "none" };

/** Every place of the command table, parents first; hidden commands and options are left out. */
export function listCompletionPlaces(commands: readonly Command[]): readonly CompletionPlace[] {
  const shown = commands.filter((command) => command.hidden !== true);
  return [
    { path: [], commands: shown, options: optionsOf({}), arguments: [], repeats: false },
    ...shown.flatMap((command) => placesOf(command, [], commands)),
  ];
}

function placesOf(command: Command, above: readonly string[], all: readonly Command[]): readonly CompletionPlace[] {
  const path = [...above, command.name];
  if (command.kind === "group") {
    const shown = command.commands.filter((one) => one.hidden !== true);
    return [
      { path, commands: shown, options: optionsOf({}), arguments: [], repeats: false },
      ...shown.flatMap((one) => placesOf(one, path, all)),
    ];
  }
  const args = Object.values(command.arguments);
  const isHelp = path.length === 1 && command.name === "help";
  const names = all.filter((one) => one.hidden !== true).map((one) => one.name);
  return [
    {
      path,
      commands: [],
      options: optionsOf(command.options),
      arguments: isHelp ? [{ kind: "words", words: [...names, "exit-codes"] }] : args.map(valueOfArgument),
      repeats: args.at(-1)?.rest === true,
    },
  ];
}

function optionsOf(own: OptionTable): readonly CompletionOption[] {
  const table: OptionTable = { ...own, ...globalOptions };
  const options = Object.entries(table)
    .filter(([, spec]) => spec.hidden !== true)
    .map(([key, spec]): CompletionOption => {
      const flags = [...(spec.short === undefined ? [] : [`-${spec.short}`]), flagOf(key)];
      switch (spec.kind) {
        case "flag":
          return { flags, summary: spec.summary, value: undefined };
        case "choice":
          return { flags, summary: spec.summary, value: { kind: "words", words: spec.choices } };
        case "text":
        case "list":
          return { flags, summary: spec.summary, value: { kind: spec.complete ?? "none" } };
        case "flag-or-list":
          return { flags, summary: spec.summary, optional: true, value: undefined };
        case "integer":
        case "duration":
          return { flags, summary: spec.summary, value: { kind: "none" } };
      }
    });
  return [...options, { flags: ["-h", "--help"], summary: "Show help", value: undefined }];
}

function valueOfArgument(spec: ArgumentSpec): CompletionValue {
  return spec.choices === undefined ? { kind: spec.complete ?? "none" } : { kind: "words", words: spec.choices };
}
