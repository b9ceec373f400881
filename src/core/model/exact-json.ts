/**
 * JSON with integers of 64 bits. Kubernetes has them (`int64`), and a number of
 * JavaScript rounds them beyond 2^53, so such an integer is a bigint between
 * reading and writing. Everything else is as `JSON.parse` and `JSON.stringify` have it, and as fast.
 */

const largest = 2n ** 63n - 1n;
const smallest = -(2n ** 63n);

/** Stands before the digits of an integer inside a string, between the two steps. */
const mark = "\u0001integer:";
const escapedMark = JSON.stringify(mark).slice(1, -1);

/**
 * The number that a JSON text (`12`, `1.5e3`) is. Whole numbers beyond 2^53
 * that fit into 64 bits are always bigints, also where they were written as
 * floats, so that equal numbers are equal values.
 */
export function exactNumber(text: string): number | bigint {
  const value = Number(text);
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) {
    return value;
  }
  const digits = /^-?\d+$/.test(text) ? text : String(value);
  const whole = /^-?\d+$/.test(digits) ? BigInt(digits) : undefined;
  return whole === undefined || whole > largest || whole < smallest ? value : whole;
}

/** A text of JSON as a value. Throws a SyntaxError like `JSON.parse`. */
export function readJson(text: string): unknown {
  // Most texts have no integer of that length; one that begins a value follows one of these.
  if (!/(?:^|[[:,\s])-?\d{16}/.test(text) || text.includes(escapedMark)) {
    return JSON.parse(text);
  }
  const marked = text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g, (token) => {
    const value = token.startsWith('"') ? 0 : exactNumber(token);
    return typeof value === "bigint" ? `"${escapedMark}${value}"` : token;
  });
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === "string" && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  );
}

/** A value as JSON text; bigints as their digits. `undefined` becomes `null`, as it would inside a list. */
export function writeJson(value: unknown, indent?: number): string {
  try {
    // A function that is asked for every value costs several times what the writing does.
    const text: string | undefined = JSON.stringify(value, undefined, indent);
    return text ?? "null";
  } catch (error) {
    if (!(error instanceof TypeError)) {
      throw error;
    }
    return writeExact(value, indent);
  }
}

/** JSON.stringify throws a TypeError for a bigint, and for a value that contains itself. */
function writeExact(value: unknown, indent: number | undefined): string {
  const text = JSON.stringify(
    value,
    (_, item: unknown) => (typeof item === "bigint" ? `${mark}${item}` : item),
    indent,
  );
  return text.replaceAll(new RegExp(`"${escapedMark.replace("\\", "\\\\")}(-?\\d+)"`, "g"), "$1");
}
