import type { Document, Node, Pair } from "yaml";
import { isAlias, isMap, isNode, isPair, isScalar, isSeq } from "yaml";
import type { SourceRange } from "../diagnostics/diagnostic.ts";
import type { Path } from "./path.ts";
import type { SourceText } from "./source-text.ts";

/** Finds the lines of values and keys. A path that leads nowhere gives its nearest parent, so that missing fields have a place too. */
export interface Locator {
  /** The value; for a block of several lines the key that it stands under. */
  readonly value: (path: Path) => SourceRange;
  /** The name of a field. */
  readonly key: (path: Path) => SourceRange;
}

/** A locator for a document that the text was read as; undefined = every path is the start of the file. */
export function createLocator(document: Document | undefined, source: SourceText): Locator {
  const start = source.rangeOf(0, 0);
  const locate = (path: Path, wanted: "key" | "value"): SourceRange => {
    if (document === undefined) {
      return start;
    }
    for (let length = path.length; length > 0; length -= 1) {
      const found = findEntry(document, path.slice(0, length));
      const exact = length === path.length;
      const span = found === undefined ? undefined : spanOf(found, exact ? wanted : "value", source);
      if (span !== undefined) {
        return source.rangeOf(...span);
      }
    }
    const root = document.contents?.range;
    return root === null || root === undefined ? start : source.rangeOf(root[0], endOfLine(root[0], root[1], source));
  };
  return { value: (path) => locate(path, "value"), key: (path) => locate(path, "key") };
}

/** A value in the document, and the pair that it is the value of (none for items of lists). */
export interface Entry {
  readonly pair?: Pair<Node, Node | null>;
  readonly node: Node | null;
}

/** The entry at the path, following aliases and merge keys; undefined when there is none. */
export function findEntry(document: Document, path: Path): Entry | undefined {
  let entry: Entry = { node: document.contents };
  for (const part of path) {
    const parent = resolveAlias(document, entry.node);
    let next: Entry | undefined;
    if (isMap(parent)) {
      next = findInMap(document, parent, String(part), new Set());
    } else if (isSeq(parent) && typeof part === "number") {
      const item = parent.items[part];
      next = isNodeOrNull(item) ? { node: item } : undefined;
    }
    if (next === undefined) {
      return undefined;
    }
    entry = next;
  }
  return entry;
}

/** The node that an alias stands for; every other node is itself. */
export function resolveAlias(document: Document, node: Node | null): Node | null {
  return isAlias(node) ? ((node.resolve(document) as Node | undefined) ?? null) : node;
}

/** True for the `<<` of a YAML merge. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && (typeof key.value === "symbol" || (key.value === "<<" && key.type === "PLAIN"));
}

/** The name of a key in plain data, where every key is text; null is "", and so is what is no scalar, which no mesh file may have as a key. */
export function keyText(key: unknown): string {
  const value = isScalar(key) ? key.value : isNode(key) ? null : key;
  return value === null || value === undefined ? "" : String(value);
}

function findInMap(document: Document, map: Node, key: string, seen: Set<Node>): Entry | undefined {
  if (!isMap(map) || seen.has(map)) {
    return undefined;
  }
  seen.add(map);
  // The last of duplicate keys is the one whose value counts.
  const own = map.items.findLast((pair) => !isMergeKey(pair.key) && keyText(pair.key) === key);
  if (own !== undefined && isPair(own)) {
    const pair = own as Pair<Node, Node | null>;
    return { pair, node: pair.value };
  }
  for (const pair of map.items.filter((one) => isMergeKey(one.key))) {
    const merged = resolveAlias(document, pair.value as Node | null);
    const sources = isSeq(merged) ? merged.items : [merged];
    for (const source of sources) {
      const target = isNodeOrNull(source) ? resolveAlias(document, source) : null;
      const found = target === null ? undefined : findInMap(document, target, key, seen);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}

function isNodeOrNull(value: unknown): value is Node | null {
  return value === null || isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}

function spanOf({ pair, node }: Entry, wanted: "key" | "value", source: SourceText): [number, number] | undefined {
  const key = pair?.key.range;
  const value = node?.range;
  const block = (isMap(node) || isSeq(node)) && node.flow !== true;
  const empty = value === undefined || value === null || value[0] === value[1];
  if (key !== undefined && key !== null && (wanted === "key" || block || empty)) {
    return [key[0], key[1]];
  }
  if (value === undefined || value === null) {
    return undefined;
  }
  return block ? [value[0], endOfLine(value[0], value[1], source)] : [value[0], value[1]];
}

/** Where the first line of a block ends, comments and all. */
function endOfLine(start: number, end: number, source: SourceText): number {
  const line = source.text.slice(start, end).split("\n", 1)[0] ?? "";
  return start + Math.max(1, line.trimEnd().length);
}
