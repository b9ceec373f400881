import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { readDuration } from "../../core/mesh-file/duration.ts";
import type { ArgumentTable, OptionSpec, OptionTable, ParsedValue, ParsedValues } from "./command.ts";
import { flagOf } from "./command.ts";
import { usageDiagnostic } from "./usage-error.ts";

/** What stood on the line, as texts. */
export type RawValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Texts as the values that the two tables promise, with defaults. Throws one UserError (64) that names every wrong value. */
export function convertValues(options: OptionTable, args: ArgumentTable, raw: RawValues): ParsedValues {
  const problems: Diagnostic[] = [];
  const values: Record<string, ParsedValue> = {};
  for (const [key, spec] of Object.entries(options)) {
    const converted = convertOption(spec, raw[key]);
    if (typeof converted === "object" && "wanted" in converted) {
      const given = raw[key];
      const shown = JSON.stringify(Array.isArray(given) ? given.join(" ") : given);
      problems.push(usageDiagnostic("ISM005", `${flagOf(key)} is ${shown}, but takes ${converted.wanted}.`));
    } else {
      values[key] = converted;
    }
  }
  for (const [key, spec] of Object.entries(args)) {
    const given = raw[key];
    const texts = typeof given === "string" ? [given] : Array.isArray(given) ? given : [];
    const { choices } = spec;
    const wrong = choices === undefined ? [] : texts.filter((text) => !choices.includes(text));
    problems.push(
      ...wrong.map((text) =>
        usageDiagnostic("ISM011", `${spec.value} is ${JSON.stringify(text)}, but takes ${listOf(choices ?? [])}.`),
      ),
    );
    values[key] = spec.rest === true ? texts : texts[0];
  }
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.usage);
  }
  return values;
}

/** What the parser puts behind an option of kind `flag-or-list` that stands alone. */
export const everyValue = "*";

/** Whether a list has a place before a comma with nothing in it, where a word was probably forgotten. A comma at the end is none. */
function hasGap(given: RawValues[string]): boolean {
  const parts = Array.isArray(given) ? given : [];
  return parts.some((part: string) =>
    part
      .replace(/,\s*$/, "")
      .split(",")
      .some((word) => word.trim() === "" && part.trim() !== ""),
  );
}

function splitList(given: RawValues[string]): readonly string[] {
  const parts = Array.isArray(given) ? given : [];
  return parts
    .flatMap((part: string) => part.split(","))
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Says what would have been right, when the text is not. */
interface Wrong {
  readonly wanted: string;
}

type Converters = {
  readonly [Kind in OptionSpec["kind"]]: (
    spec: Extract<OptionSpec, { readonly kind: Kind }>,
    given: RawValues[string],
  ) => ParsedValue | Wrong;
};

const converters: Converters = {
  flag: (_, given) => given === true,
  text: (spec, given) => textOf(given) ?? spec.default,
  choice: (spec, given) => {
    const text = textOf(given);
    return text === undefined || spec.choices.includes(text)
      ? (text ?? spec.default)
      : { wanted: listOf(spec.choices) };
  },
  list: (spec, given) => {
    if (spec.whole === true) {
      return Array.isArray(given) ? given : [];
    }
    return hasGap(given) ? { wanted: "words with a comma between them, none of them empty" } : splitList(given);
  },
  "flag-or-list": (spec, given) => {
    const parts = splitList(given);
    if (given === undefined || parts.includes(everyValue)) {
      return given !== undefined;
    }
    return parts.length === 0 ? { wanted: `${spec.value},... after =, or no = at all` } : parts;
  },
  integer: ({ minimum, maximum, ...spec }, given) => {
    const text = textOf(given);
    if (text === undefined) {
      return spec.default;
    }
    const number = Number(text);
    const right = /^-?\d+$/.test(text) && number >= minimum && number <= maximum;
    return right ? number : { wanted: `a whole number from ${minimum} to ${maximum}` };
  },
  duration: (spec, given) => {
    const text = textOf(given) ?? spec.default;
    if (text === undefined) {
      return undefined;
    }
    const seconds = readDuration(text);
    if (seconds === 0 && spec.positive === true) {
      return { wanted: "a duration of more than nothing, such as 90s, 10m or 1h30m" };
    }
    return seconds === undefined ? { wanted: "a duration, such as 90s, 10m or 1h30m" } : seconds * 1000;
  },
};

function convertOption<Kind extends OptionSpec["kind"]>(
  spec: Extract<OptionSpec, { readonly kind: Kind }>,
  given: RawValues[string],
): ParsedValue | Wrong {
  const convert: Converters[Kind] = converters[spec.kind];
  return convert(spec, given);
}

function textOf(given: RawValues[string]): string | undefined {
  return typeof given === "string" ? given : undefined;
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
