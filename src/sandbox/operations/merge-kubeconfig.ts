import type { Document } from "yaml";
import { isMap, isSeq, parseDocument, YAMLSeq } from "yaml";
import type { KubeconfigEntries, KubeconfigEntry } from "./kubeconfig.ts";
import { sandboxExtension } from "./kubeconfig.ts";

const kinds = ["clusters", "users", "contexts"] as const;
type Kind = (typeof kinds)[number];

/** What stands in each kind of entry, beside its name. */
const fieldOf: Readonly<Record<Kind, string>> = { clusters: "cluster", users: "user", contexts: "context" };

export type MergeResult =
  | { readonly kind: "merged"; readonly text: string }
  /** Entries of the same names that are not this sandbox's: `context isthmus-west`. */
  | { readonly kind: "conflict"; readonly names: readonly string[] };

/**
 * A kubeconfig's text with a sandbox's entries in it; everything else stays,
 * comments and the current context too. Entries that this sandbox put there
 * before are replaced. Throws when the text is no kubeconfig.
 */
export function mergeKubeconfig(text: string, instance: string, entries: KubeconfigEntries): MergeResult {
  const document = parseKubeconfig(text);
  const style = findStyle(document, text);
  const foreign = kinds.flatMap((kind) => {
    const names = new Set(entries[kind].map((entry) => entry.name));
    return listEntries(document, kind)
      .filter((entry) => names.has(entry.name) && !isOfInstance(kind, entry, instance))
      .map((entry) => `${fieldOf[kind]} ${entry.name}`);
  });
  if (foreign.length > 0) {
    return { kind: "conflict", names: foreign };
  }
  for (const kind of kinds) {
    removeOwn(document, kind, instance);
    const list = sequenceOf(document, kind);
    for (const entry of entries[kind]) {
      list.add(document.createNode(entry, { aliasDuplicateObjects: false }));
    }
    // A list that was written as `[]` would otherwise stay in one line.
    list.flow = false;
  }
  document.set("apiVersion", document.get("apiVersion") ?? "v1");
  document.set("kind", document.get("kind") ?? "Config");
  return { kind: "merged", text: document.toString(style) };
}

export interface UnmergeResult {
  readonly text: string;
  /** True when nothing but empty lists is left. */
  readonly empty: boolean;
}

/** The text without the entries that the sandbox put there. A current context that goes with them is unset. */
export function unmergeKubeconfig(text: string, instance: string): UnmergeResult {
  const document = parseKubeconfig(text);
  const style = findStyle(document, text);
  const removed = new Map(kinds.map((kind) => [kind, removeOwn(document, kind, instance)]));
  if ([...removed.values()].every((names) => names.length === 0)) {
    return { text, empty: isEmpty(document) };
  }
  if (removed.get("contexts")?.includes(String(document.get("current-context"))) === true) {
    document.set("current-context", "");
  }
  return { text: document.toString(style), empty: isEmpty(document) };
}

function parseKubeconfig(text: string): Document {
  const document: Document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    throw new Error(error.message);
  }
  if (document.contents === null) {
    document.contents = document.createNode({});
    return document;
  }
  if (!isMap(document.contents)) {
    throw new Error("the file is no kubeconfig: it holds no fields");
  }
  return document;
}

function listEntries(document: Document, kind: Kind): readonly KubeconfigEntry[] {
  const list = document.get(kind);
  return isSeq(list) ? (list.toJSON() as readonly KubeconfigEntry[]) : [];
}

function sequenceOf(document: Document, kind: Kind): YAMLSeq {
  const list = document.get(kind);
  if (isSeq(list)) {
    return list;
  }
  if (list !== undefined && list !== null) {
    throw new Error(`\`${kind}\` is no list`);
  }
  const made = new YAMLSeq();
  document.set(kind, made);
  return made;
}

/** Removes the sandbox's entries of one kind and gives their names. */
function removeOwn(document: Document, kind: Kind, instance: string): readonly string[] {
  const list = document.get(kind);
  if (!isSeq(list)) {
    return [];
  }
  const entries = list.toJSON() as readonly KubeconfigEntry[];
  const own = entries.map((entry) => isOfInstance(kind, entry, instance));
  list.items = list.items.filter((_, position) => own[position] === false);
  return entries.filter((_, position) => own[position] === true).map((entry) => entry.name);
}

function isOfInstance(kind: Kind, entry: KubeconfigEntry, instance: string): boolean {
  const value = entry[fieldOf[kind]] as
    | {
        readonly extensions?: readonly {
          readonly name?: string;
          readonly extension?: { readonly instance?: string };
        }[];
      }
    | undefined;
  return (
    value?.extensions?.some((one) => one.name === sandboxExtension && one.extension?.instance === instance) === true
  );
}

function isEmpty(document: Document): boolean {
  return kinds.every((kind) => listEntries(document, kind).length === 0);
}

/** Ways to write the same YAML; the first is kubectl's own. */
const styles = [false, true].flatMap((indentSeq) =>
  [true, false].map((flowCollectionPadding) => ({ indentSeq, flowCollectionPadding, lineWidth: 0 })),
);

/** The style that gives back the text as it was, so that an edit changes nothing but what it edits. */
function findStyle(document: Document, text: string): (typeof styles)[number] | undefined {
  return styles.find((style) => document.toString(style) === text) ?? styles[0];
}
