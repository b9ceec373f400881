import type { CST } from "yaml";

/** A bracket or quote that is opened and never closed. */
export interface Unclosed {
  /** Of the character that opens it, in the text. */
  readonly offset: number;
  readonly opens: string;
  readonly closes: string;
}

const brackets: ReadonlyMap<string, string> = new Map([
  ["{", "}"],
  ["[", "]"],
]);

/**
 * The last bracket or quote that is opened and not closed: the innermost one,
 * which has to be closed first. The parser itself names the place where it
 * gave up, which may be the end of the file. Without recursion, since depth is not known yet.
 */
export function findUnclosed(tokens: readonly CST.Token[]): Unclosed | undefined {
  let last: Unclosed | undefined;
  const open: unknown[] = [...tokens];
  for (let item = open.pop(); item !== undefined || open.length > 0; item = open.pop()) {
    if (typeof item !== "object" || item === null) {
      continue;
    }
    const found = unclosedOf(item);
    last = found !== undefined && found.offset >= (last?.offset ?? 0) ? found : last;
    const { value, key, items, start, sep } = item as Readonly<Record<string, unknown>>;
    open.push(value, key, ...asList(items), ...asList(start), ...asList(sep));
  }
  return last;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function unclosedOf(token: Partial<CST.Token>): Unclosed | undefined {
  switch (token.type) {
    case "flow-collection": {
      const { offset, source } = token.start ?? {};
      const closes = brackets.get(source ?? "");
      const isClosed = token.end?.some((one) => one.source === closes) ?? false;
      return offset === undefined || source === undefined || closes === undefined || isClosed
        ? undefined
        : { offset, opens: source, closes };
    }
    case "single-quoted-scalar":
    case "double-quoted-scalar": {
      const { offset, source = "" } = token;
      const quote = source.charAt(0);
      return offset === undefined || isQuoted(source, quote) ? undefined : { offset, opens: quote, closes: quote };
    }
    default:
      return undefined;
  }
}

/** Two quotes in a row are one inside of single quotes, and so is one after a backslash inside of double ones. */
function isQuoted(source: string, quote: string): boolean {
  const whole = quote === "'" ? /^'(?:[^']|'')*'$/ : /^"(?:[^"\\]|\\[^])*"$/;
  return whole.test(source);
}
