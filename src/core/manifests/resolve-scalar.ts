import { exactNumber } from "../model/exact-json.ts";
import type { Json } from "../model/kube-object.ts";

/**
 * What kubectl takes a plain scalar for. It reads YAML with a fork of go-yaml
 * v2 and hands it on as JSON: octal numbers in both spellings, `0b11`, `1_000`,
 * `yes`, `on` and `y` are what YAML 1.1 says, while `190:20:30` and dates stay
 * texts (sigs.k8s.io/yaml goyaml.v2/resolve.go). An integer that fits into 64 bits and not into a
 * number of JavaScript is a bigint.
 */
export function resolvePlain(text: string): Exclude<Json, object> | null {
  const word = words.get(text);
  if (word !== undefined) {
    return word;
  }
  if (/^[-+0-9]/.test(text)) {
    return resolveNumber(text.replaceAll("_", ""), text);
  }
  // go-yaml takes away no underscores where a number starts with its point.
  return /^\.\d+([eE][-+]?\d+)?$/.test(text) ? finite(Number(text), text) : text;
}

const words: ReadonlyMap<string, boolean | null | number> = new Map<string, boolean | null | number>([
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, Number.NaN] as const),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...["-.inf", "-.Inf", "-.INF"].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

/** Go's `strconv.ParseInt(…, 0, 64)`, then `ParseUint`, then a float. */
function resolveNumber(plain: string, text: string): string | number | bigint {
  const [, sign = "", digits = ""] = /^([-+]?)(.*)$/s.exec(plain) ?? [];
  const whole = parseInteger(digits);
  if (whole !== undefined && (sign === "" || whole <= 2n ** 63n)) {
    return exactNumber(String(sign === "-" ? -whole : whole));
  }
  return /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(plain) ? finite(Number(plain), text) : text;
}

function parseInteger(digits: string): bigint | undefined {
  const octal = /^0[0-7]+$/.exec(digits) === null ? digits : `0o${digits.slice(1)}`;
  if (!/^(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0|[1-9]\d*)$/.test(octal)) {
    return undefined;
  }
  const value = BigInt(octal.toLowerCase());
  return value < 2n ** 64n ? value : undefined;
}

/** Go refuses a float that is too large, so that the text stays one; -0 is 0 in JSON. */
function finite(value: number, text: string): number | bigint | string {
  return Number.isFinite(value) ? exactNumber(String(value + 0)) : text;
}
