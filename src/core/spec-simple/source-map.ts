import type { Document, LineCounter, Node, Pair } from "yaml";
import { isMap, isPair, isScalar, isSeq } from "yaml";
import type { SourceRange } from "../diagnostics/diagnostic.ts";

export type SpecPath = readonly (string | number)[];

/** Where things stand in one mesh file. */
export interface SourceMap {
  /** The value at the path; where it is missing, the nearest thing around it that is there. */
  readonly locate: (path: SpecPath) => SourceRange;
  /** The key at the path, for fields that should not be there. */
  readonly locateKey: (path: SpecPath) => SourceRange;
  /** A stretch of characters. */
  readonly rangeAt: (start: number, end: number) => SourceRange;
}

export function createSourceMap(file: string, text: string, document: Document | undefined, lines: LineCounter): SourceMap {
  const rows = text.split(/\r\n|\n|\r/);
  const rangeAt = (start: number, end: number): SourceRange => {
    const from = lines.linePos(start);
    const to = lines.linePos(Math.max(end, start + 1));
    const position = { line: Math.max(1, from.line), column: Math.max(1, from.col) };
    return { file, start: position, end: { line: to.line, column: to.col }, lineText: rows[position.line - 1] ?? "" };
  };
  const ofNode = (node: Node | null | undefined): SourceRange => {
    const range = node?.range;
    return range === undefined || range === null ? rangeAt(0, 1) : rangeAt(range[0], firstLineEnd(text, range[0], range[1]));
  };
  return {
    rangeAt,
    locate: (path) => {
      const found = walk(document, path);
      return ofNode(found.node);
    },
    locateKey: (path) => {
      const found = walk(document, path);
      return ofNode(found.complete && found.key !== undefined ? found.key : found.node);
    },
  };
}

/** A range over several lines is shown by its first line. */
function firstLineEnd(text: string, start: number, end: number): number {
  const newline = text.slice(start, end).search(/[\r\n]/);
  return newline === -1 ? end : start + newline;
}

function walk(document: Document | undefined, path: SpecPath): { node: Node | null | undefined; key?: Node; complete: boolean } {
  let node = document?.contents as Node | null | undefined;
  let key: Node | undefined;
  for (const part of path) {
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find((one) => isPair(one) && isScalar(one.key) && String(one.key.value) === String(part));
      if (pair === undefined) {
        return { node: key ?? node, complete: false };
      }
      key = pair.key as Node;
      node = (pair.value as Node | null) ?? key;
    } else if (isSeq(node)) {
      const item = node.items[Number(part)] as Node | undefined;
      if (item === undefined) {
        return { node: key ?? node, complete: false };
      }
      key = undefined;
      node = item;
    } else {
      return { node, complete: false };
    }
  }
  return { node, ...(key === undefined ? {} : { key }), complete: true };
}
