import type { Document, ParsedNode } from "yaml";
import { isMap, isSeq } from "yaml";
import type { SourceRange } from "../diagnostics/diagnostic.ts";
import type { Path } from "../mesh-file/path.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { findMetadataProblem } from "./check-metadata.ts";
import { findNode } from "./find-node.ts";
import { findTemplate } from "./find-template.ts";
import type { ValueProblem } from "./read-value.ts";

/** An object of a manifest and where it is written. */
export interface ManifestObject {
  readonly object: KubeObject;
  readonly range: SourceRange;
  /** Where a value of it is written; undefined where there is none. */
  readonly rangeOf: (path: Path) => SourceRange | undefined;
}

export type ManifestCode = "ISM204" | "ISM227" | "ISM228";

/** The text that a document is read from, and where what is wrong with it goes. Offsets are those of the text. */
export interface Reading {
  readonly report: (code: ManifestCode, problem: ValueProblem) => void;
  readonly rangeAt: (start: number, end: number) => SourceRange;
  readonly text: string;
}

/** The same, with the document that is read. */
interface DocumentReading extends Reading {
  readonly document: Document;
}

type Fields = { readonly [key: string]: Json };

/** What a typed List (ConfigMapList) gives its items; nothing, for other Lists. */
interface Inherited {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/**
 * The object that a document is, or what a List holds: with `items` anything is a List for
 * kubectl. `inherited` is that of the List which the object is in.
 */
export function listObjects(
  node: ParsedNode,
  value: Json,
  reading: DocumentReading,
  inherited?: Inherited,
): readonly ManifestObject[] {
  if (!isFields(value)) {
    return value === null
      ? refuse(node, reading, "An item of the List is empty.", "Take the empty item out.")
      : refuse(node, reading, `Here is ${describe(value)} and no object.`, shapeFix);
  }
  const hasItems = Object.hasOwn(value, "items");
  if (inherited !== undefined && hasItems) {
    return refuse(
      node,
      reading,
      "A List is inside a List here. kubectl refuses the whole document then.",
      "Move the objects of the inner List into the outer one.",
    );
  }
  return hasItems && typeof value["kind"] === "string"
    ? itemsOf(node, { ...value, kind: value["kind"] }, reading)
    : oneObject(node, inherited === undefined ? value : inherit(value, inherited), reading);
}

function itemsOf(
  node: ParsedNode,
  list: Fields & { readonly kind: string },
  reading: DocumentReading,
): readonly ManifestObject[] {
  const { apiVersion, kind } = list;
  const items = list["items"] ?? null;
  const nodes = isMap(node) ? node.get("items", true) : undefined;
  if (items !== null && !Array.isArray(items)) {
    return refuse(node, reading, "`items` of the List is no list.", "Write the objects as a list below `items`.");
  }
  const below = kind.replace(/List$/, "");
  const inherited = typeof apiVersion === "string" && below !== "" ? { apiVersion, kind: below } : {};
  return ((items ?? []) as readonly Json[]).flatMap((item, index) => {
    const inner = isSeq(nodes) ? nodes.items[index] : undefined;
    return listObjects((inner as ParsedNode | undefined) ?? node, item, reading, inherited);
  });
}

function inherit(value: Fields, inherited: Inherited): Fields {
  return value["kind"] === undefined && value["apiVersion"] === undefined ? { ...inherited, ...value } : value;
}

function oneObject(node: ParsedNode, value: Fields, reading: DocumentReading): readonly ManifestObject[] {
  const [start, end] = node.range;
  const problem = findMetadataProblem(value, isMap(node) ? node : undefined);
  if (problem !== undefined) {
    const { detail, fix } = problem;
    const at = problem.start ?? start;
    reading.report("ISM204", { start: at, end: at + 1, detail, fix });
    return [];
  }
  const template = isMap(node) ? findTemplate(reading.text.slice(start, end), value) : undefined;
  if (template !== undefined) {
    reading.report("ISM228", { ...template, start: template.start + start, end: template.end + start });
    return [];
  }
  const { document, rangeAt } = reading;
  const rangeOf = (path: Path): SourceRange | undefined => {
    const range = findNode(document, node, path)?.range;
    return range ? rangeAt(range[0], Math.max(range[1], range[0] + 1)) : undefined;
  };
  return [{ object: value as unknown as KubeObject, range: rangeAt(start, start + 1), rangeOf }];
}

const shapeFix =
  "Every document of a manifest is one object with apiVersion, kind and metadata.name, or a List of such objects.";

/** Reports that here is no object that kubectl would take. */
function refuse(node: ParsedNode, { report }: Reading, detail: string, fix: string): readonly [] {
  const [start, end] = node.range;
  report("ISM204", { start, end: Math.min(end, start + 1), detail, fix });
  return [];
}

function describe(value: Json): string {
  return Array.isArray(value) ? "a list" : typeof value === "string" ? "a text" : `a ${typeof value}`;
}

function isFields(value: Json): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
