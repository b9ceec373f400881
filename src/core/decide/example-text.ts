import randexp from "randexp";
import { isExpression, matchesWhole } from "../routing/regex.ts";

// The package exports the class itself; its types say that it is below `default`.
const RandExp = randexp as unknown as typeof randexp.default;

/** How an expression is walked: the smallest choice everywhere, or the largest, with so many repetitions at most. */
const walks = [
  { choose: "smallest", repetitions: 0 },
  { choose: "smallest", repetitions: 1 },
  { choose: "largest", repetitions: 1 },
  { choose: "smallest", repetitions: 3 },
] as const;

/**
 * A text that the whole of an RE2 expression matches and that `fits`, always
 * the same; undefined where none is found. `first` are tried before those that
 * are made from the expression.
 */
export function exampleOf(
  expression: string,
  fits: (text: string) => boolean,
  first: readonly string[] = [],
): string | undefined {
  const compiled = toJavaScript(expression);
  if (compiled === undefined || !isExpression(expression)) {
    return undefined;
  }
  const candidates = [...first, ...walks.map((walk) => walkThrough(compiled, walk))];
  return candidates.find((text) => text !== undefined && matchesWhole(expression, text) && fits(text));
}

function walkThrough(expression: RegExp, walk: (typeof walks)[number]): string | undefined {
  try {
    const maker = new RandExp(expression);
    maker.max = walk.repetitions;
    // What an open class stands for: characters that a URL and a header may have anywhere.
    maker.defaultRange.subtract(0, 0x10_ffff);
    maker.defaultRange.add(0x61, 0x7a).add(0x30, 0x39).add(0x2d).add(0x5f);
    maker.randInt = (from, to) => (walk.choose === "smallest" ? from : to);
    return maker.gen();
  } catch {
    return undefined;
  }
}

/**
 * RE2 in JavaScript's words, where the two say the same differently
 * (https://github.com/google/re2/wiki/Syntax); undefined where they do not. An
 * example is held against RE2 itself, so that a wrong word costs an example
 * and no more.
 */
function toJavaScript(expression: string): RegExp | undefined {
  const [, flags = "", rest = ""] = /^(?:\(\?([is]+)\))?(.*)$/s.exec(expression) ?? [];
  const source = rest
    .replaceAll("(?P<", "(?<")
    .replaceAll("\\A", "^")
    .replaceAll("\\z", "$")
    .replaceAll(/\[\[:(alpha|digit|alnum|lower|upper|word|space):\]\]/g, (_, name: string) => posixClasses[name] ?? "");
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

const posixClasses: Readonly<Record<string, string>> = {
  alpha: "[A-Za-z]",
  digit: "[0-9]",
  alnum: "[A-Za-z0-9]",
  lower: "[a-z]",
  upper: "[A-Z]",
  word: "[0-9A-Za-z_]",
  space: "[ ]",
};
