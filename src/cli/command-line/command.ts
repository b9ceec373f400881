import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import type { CliContext, MeshContext } from "../terminal/context.ts";

/** The headings under which help lists options, in this order. */
export const optionGroups = ["Target", "Output", "Safety", "Global"] as const;

export type OptionGroup = (typeof optionGroups)[number];

/** What a shell completes for a value: files, folders, or nothing. */
export type Completion = "file" | "folder" | "none";

interface OptionCommon {
  /** One line for help, without a full stop. */
  readonly summary: string;
  readonly group: OptionGroup;
  /** One letter, without the dash. */
  readonly short?: string;
  /** Works, but is not shown: for what only the program itself calls. */
  readonly hidden?: boolean;
}

/**
 * One option. Its flag is the key in the option table in kebab case
 * (`detailedExitcode` is `--detailed-exitcode`); `value` is what help shows
 * for the value (`FILE`).
 */
export type OptionSpec =
  /** On or off; `args` holds true or false. */
  | (OptionCommon & { readonly kind: "flag" })
  /** A text; `args` holds a string, or undefined when it has no default and is not given. */
  | (OptionCommon & {
      readonly kind: "text";
      readonly value: string;
      readonly default?: string;
      readonly complete?: Completion;
    })
  /** One of a few words. */
  | (OptionCommon & { readonly kind: "choice"; readonly choices: readonly string[]; readonly default?: string })
  /** Several texts, by commas (not with `whole`, where a text may hold some) or by repeating the flag; `args` holds an array, empty when not given. */
  | (OptionCommon & {
      readonly kind: "list";
      readonly value: string;
      readonly complete?: Completion;
      readonly whole?: boolean;
    })
  /**
   * On, off, or several texts: `--flag` alone, or `--flag=a,b`, which may come
   * again. The value stands behind `=` only, since the next word may be an
   * argument. `args` holds true, false, or an array.
   */
  | (OptionCommon & { readonly kind: "flag-or-list"; readonly value: string })
  /** A whole number within the bounds. */
  | (OptionCommon & {
      readonly kind: "integer";
      readonly value: string;
      readonly minimum: number;
      readonly maximum: number;
      readonly default?: number;
    })
  /** Go style (`90s`, `1h30m`; `14d` too), also the default; `args` holds milliseconds. */
  | (OptionCommon & {
      readonly kind: "duration";
      readonly default?: string;
      /** True where no time at all makes no sense. Default false. */
      readonly positive?: boolean;
    });

export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** One positional argument. `rest` takes all that is left, and is the last one. */
export interface ArgumentSpec {
  /** What help shows: `SERVICE`. */
  readonly value: string;
  readonly summary: string;
  readonly required?: boolean;
  readonly rest?: boolean;
  readonly choices?: readonly string[];
  readonly complete?: Completion;
}

/** By name, in the order of the command line. */
export type ArgumentTable = Readonly<Record<string, ArgumentSpec>>;

type OneOf<Choices> = Choices extends readonly (infer Choice)[] ? Choice : never;

type OrUndefined<Spec, Value> = Spec extends { readonly default: string | number } ? Value : Value | undefined;

type ValueOfOption<Spec extends OptionSpec> = Spec extends { readonly kind: "flag" }
  ? boolean
  : Spec extends { readonly kind: "list" }
    ? readonly string[]
    : Spec extends { readonly kind: "flag-or-list" }
      ? boolean | readonly string[]
      : Spec extends { readonly kind: "choice"; readonly choices: infer Choices }
        ? OrUndefined<Spec, OneOf<Choices>>
        : Spec extends { readonly kind: "integer" | "duration" }
          ? OrUndefined<Spec, number>
          : OrUndefined<Spec, string>;

type TextOfArgument<Spec extends ArgumentSpec> = Spec extends { readonly choices: infer Choices }
  ? OneOf<Choices>
  : string;

type ValueOfArgument<Spec extends ArgumentSpec> = Spec extends { readonly rest: true }
  ? readonly TextOfArgument<Spec>[]
  : Spec extends { readonly required: true }
    ? TextOfArgument<Spec>
    : TextOfArgument<Spec> | undefined;

type NoEntries = Readonly<Record<never, never>>;

/** What a handler gets: options and arguments by their keys in the tables, checked and converted. */
export type Args<Options extends OptionTable, Arguments extends ArgumentTable> = {
  readonly [Key in keyof Options]: ValueOfOption<Options[Key]>;
} & { readonly [Key in keyof Arguments]: ValueOfArgument<Arguments[Key]> };

/** A value as the parser hands it over. */
export type ParsedValue = string | number | boolean | readonly string[] | undefined;

export type ParsedValues = Readonly<Record<string, ParsedValue>>;

/** A line to copy, and what it is for. */
export interface Example {
  readonly command: string;
  readonly does: string;
}

interface CommandCommon {
  readonly name: string;
  /** One line for the list of commands: a verb in the third person, without a full stop. */
  readonly summary: string;
  /** More for the command's own help, in full sentences. */
  readonly description?: string;
  /** Shown first in help. */
  readonly examples: readonly Example[];
  readonly hidden?: boolean;
}

/** A command that does something; what a command file exports. */
export interface LeafCommand extends CommandCommon {
  readonly kind: "leaf";
  readonly arguments: ArgumentTable;
  readonly options: OptionTable;
  readonly run: (values: ParsedValues, context: CliContext) => Promise<ExitCode>;
}

/** A noun with verbs below it (`sandbox up`). */
export interface GroupCommand extends CommandCommon {
  readonly kind: "group";
  readonly commands: readonly LeafCommand[];
}

export type Command = LeafCommand | GroupCommand;

/** Commands under one heading of the program's help. */
export interface CommandSection {
  readonly title: string;
  readonly commands: readonly Command[];
}

export interface CommandDefinition<
  Options extends OptionTable,
  Arguments extends ArgumentTable,
  Context = CliContext,
> extends CommandCommon {
  readonly arguments?: Arguments;
  readonly options?: Options;
  /**
   * Does the work and says how the process ends. Everything slow is imported
   * inside, so that help and completion stay fast. Prints through the context
   * only; throws `UserError` for expected problems.
   */
  readonly run: (args: Args<Options, Arguments>, context: Context) => Promise<ExitCode>;
}

/**
 * A command as data: the parser, help, completion and the reference page all
 * derive from it. The types of `args` are inferred from the two tables; global
 * flags are not among them, the context carries their effect.
 */
export function defineCommand<
  const Options extends OptionTable = NoEntries,
  const Arguments extends ArgumentTable = NoEntries,
>(definition: CommandDefinition<Options, Arguments>): LeafCommand {
  return leafOf(definition, (_, context) => context);
}

/**
 * A command about a mesh, which has `-f FILE` and may have `--cluster`: its
 * handler gets a context that reads the mesh file by them.
 */
export function defineMeshCommand<
  const Options extends OptionTable & { readonly file: { readonly kind: "text"; readonly default: string } },
  const Arguments extends ArgumentTable = NoEntries,
>(definition: CommandDefinition<Options, Arguments, MeshContext>): LeafCommand {
  return leafOf(definition, ({ file, cluster }, context) =>
    context.forMesh({ file: String(file), clusters: [cluster ?? []].flat().map(String) }),
  );
}

function leafOf<Options extends OptionTable, Arguments extends ArgumentTable, Context>(
  definition: CommandDefinition<Options, Arguments, Context>,
  contextOf: (values: ParsedValues, context: CliContext) => Context,
): LeafCommand {
  const { run, ...rest } = definition;
  return {
    ...rest,
    kind: "leaf",
    arguments: definition.arguments ?? {},
    options: definition.options ?? {},
    // The parser made the values from the same two tables that the type is made from.
    run: async (values, context) => run(values as unknown as Args<Options, Arguments>, contextOf(values, context)),
  };
}

/** A noun with verbs below it. */
export function defineGroup(definition: Omit<GroupCommand, "kind">): GroupCommand {
  return { ...definition, kind: "group" };
}

/** `detailedExitcode` → `--detailed-exitcode`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
