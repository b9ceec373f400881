import type { Document, Node, Pair, YAMLMap } from "yaml";
import { isAlias, isMap, isScalar } from "yaml";
import { isMergeKey, keyText, resolveAlias } from "./locate.ts";

/** A node and the text that it was read from. */
export interface NodeInText {
  readonly document: Document;
  readonly text: string;
  readonly node: Node;
}

type Weights = Readonly<Record<string, number>>;

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/**
 * The text with other numbers in a map of weights. Numbers that are right stay
 * as they are written; versions of `wanted` that are missing are added when
 * they differ from what holds now. Undefined when the map has no place for them.
 */
export function replaceWeights(
  { document, text, node }: NodeInText,
  wanted: Weights,
  current: Weights,
): string | undefined {
  if (isAlias(node)) {
    const [start, end] = node.range ?? [0, 0];
    const pairs = Object.entries(wanted).map(([name, weight]) => `${writeKey(name)}: ${weight}`);
    return replaceAll(text, [{ start, end, by: `{ ${pairs.join(", ")} }` }]);
  }
  if (!isMap(node)) {
    return undefined;
  }
  const numbers: Replacement[] = [];
  const missing: [string, number][] = [];
  for (const [name, weight] of Object.entries(wanted)) {
    const pair = node.items.find((one) => !isMergeKey(one.key) && keyText(one.key) === name);
    if (pair === undefined) {
      if (current[name] !== weight) {
        missing.push([name, weight]);
      }
    } else if (valueOf(document, pair.value) !== weight) {
      const range = (pair.value as Node | null)?.range;
      if (range === undefined || range === null) {
        return undefined;
      }
      numbers.push({ start: range[0], end: range[1], by: String(weight) });
    }
  }
  const added = missing.length === 0 ? [] : addPairs(text, node, missing);
  return added === undefined ? undefined : replaceAll(text, [...numbers, ...added]);
}

function valueOf(document: Document, value: unknown): unknown {
  const node = resolveAlias(document, (value ?? null) as Node | null);
  return isScalar(node) ? node.value : undefined;
}

/** From the end, so that offsets of what comes before stay true. */
function replaceAll(text: string, replacements: readonly Replacement[]): string {
  return replacements
    .toSorted((a, b) => b.start - a.start || b.end - a.end)
    .reduce((rest, { start, end, by }) => rest.slice(0, start) + by + rest.slice(end), text);
}

function addPairs(
  text: string,
  map: YAMLMap,
  missing: readonly (readonly [string, number])[],
): Replacement[] | undefined {
  const pairs = map.items.flatMap((pair) => describePair(pair as Pair<Node, Node | null>, text));
  const last = pairs.at(-1);
  if (last === undefined || pairs.length !== map.items.length) {
    return undefined;
  }
  const written = missing.map(([name, weight]) => `${writeKey(name, last.quote)}${last.colon}${weight}`);
  if (map.flow === true) {
    const separator = findSeparator(text, pairs);
    return [{ start: last.end, end: last.end, by: written.map((one) => separator + one).join("") }];
  }
  const newline = text.indexOf("\n", last.end);
  const lineEnd = newline === -1 ? text.length : newline;
  const start = text[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd;
  const lineBreak = text.lastIndexOf("\r\n", start) === -1 && !text.startsWith("\r\n", start) ? "\n" : "\r\n";
  const indent = " ".repeat(last.start - (text.lastIndexOf("\n", last.start - 1) + 1));
  return [{ start, end: start, by: written.map((one) => lineBreak + indent + one).join("") }];
}

interface WrittenPair {
  readonly start: number;
  readonly end: number;
  /** What stands between key and value. */
  readonly colon: string;
  readonly quote: string;
}

/** Nothing for a pair that has no key and value in one place, such as one with an explicit `?`. */
function describePair(pair: Pair<Node, Node | null>, text: string): WrittenPair[] {
  const key = pair.key.range;
  const value = pair.value?.range;
  if (key === undefined || key === null || value === undefined || value === null) {
    return [];
  }
  const between = text.slice(key[1], value[0]);
  const quote = text[key[0]] ?? "";
  return [
    {
      start: key[0],
      end: value[1],
      colon: /^ *: *$/.test(between) ? between : ": ",
      quote: quote === '"' || quote === "'" ? quote : "",
    },
  ];
}

/** What stands between the pairs of a flow map; lines of their own for pairs that have them. */
function findSeparator(text: string, pairs: readonly WrittenPair[]): string {
  const last = pairs.at(-1);
  const before = pairs.at(-2);
  if (last === undefined) {
    return ", ";
  }
  const lineStart = text.lastIndexOf("\n", last.start - 1) + 1;
  const lead = text.slice(lineStart, last.start);
  if (/^[ \t]*$/.test(lead)) {
    return `,${text[lineStart - 2] === "\r" ? "\r\n" : "\n"}${lead}`;
  }
  const between = before === undefined ? "" : text.slice(before.end, last.start);
  return /^ *, *$/.test(between) ? between : ", ";
}

/** The key quoted as its neighbours are; in quotes anyway where YAML would read it as something else. */
function writeKey(name: string, quote = ""): string {
  const plain = /^[a-z]/.test(name) && name !== "null" && name !== "true" && name !== "false";
  const mark = quote === "" && !plain ? '"' : quote;
  return `${mark}${name}${mark}`;
}
