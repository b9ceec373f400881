import type { Alias, Document, Node, ParsedNode, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { isAlias, isMap, isScalar, isSeq } from "yaml";
import { exactNumber } from "../model/exact-json.ts";
import type { Json } from "../model/kube-object.ts";
import { sameValue } from "../model/same-value.ts";
import { resolvePlain } from "./resolve-scalar.ts";

/** What is wrong with a value, and where: offsets in the text. */
export interface ValueProblem {
  readonly start: number;
  readonly end: number;
  readonly detail: string;
  readonly fix: string;
}

/** How many values the aliases of a document may expand to: far more than any manifest has, far too few for a bomb. */
const maxExpanded = 1_000_000;

const yamlTag = "tag:yaml.org,2002:";

/**
 * The JSON that kubectl makes of a YAML document (composed with the schema
 * `failsafe`, so that every scalar is still its text). What kubectl refuses,
 * and what it would change in silence (a repeated key, `y:` as a key), becomes
 * a problem; the value then leaves it out.
 */
export function readValue(document: Document<ParsedNode>, problems: ValueProblem[], source: ReadSource): Json {
  return new ValueReader(document, problems, source).read(document.contents);
}

/** The text that a document was composed of. */
export interface ReadSource {
  readonly text: string;
  readonly lineOf: (offset: number) => number;
  /** JSON has no plain texts: what is no number there is an error. */
  readonly isJson: boolean;
}

class ValueReader {
  readonly #document: Document;
  readonly #problems: ValueProblem[];
  readonly #source: ReadSource;
  /** Nodes with an anchor are read once; an alias counts what it stands for. */
  readonly #read = new Map<Node, { readonly value: Json; readonly size: number }>();
  readonly #open = new Set<Node>();
  #size = 0;
  #tooLarge = false;

  constructor(document: Document, problems: ValueProblem[], source: ReadSource) {
    this.#document = document;
    this.#problems = problems;
    this.#source = source;
  }

  read(node: Node | null): Json {
    if (node === null) {
      return null;
    }
    if (isAlias(node)) {
      return this.#readAlias(node);
    }
    const before = this.#size;
    this.#size += 1;
    this.#open.add(node);
    const value = isMap(node) ? this.#readMap(node) : isSeq(node) ? this.#readSeq(node) : this.#readScalar(node);
    this.#open.delete(node);
    if ((node as Scalar).anchor !== undefined) {
      this.#read.set(node, { value, size: this.#size - before });
    }
    return value;
  }

  #readAlias(alias: Alias): Json {
    const target = alias.resolve(this.#document);
    if (target === undefined || this.#open.has(target)) {
      this.#report(
        alias,
        target === undefined
          ? "Nothing before this place has the anchor that is referred to here."
          : "The alias stands inside of what it refers to.",
        "Name an anchor that stands above, or put the value in quotes if it is no alias.",
      );
      return null;
    }
    const known = this.#read.get(target);
    this.#size += known?.size ?? 1;
    if (this.#size > maxExpanded) {
      if (!this.#tooLarge) {
        this.#report(
          alias,
          `Aliases of aliases expand to more than ${maxExpanded} values. That is how a small file fills all memory.`,
          "Write the values out where they are used.",
        );
      }
      this.#tooLarge = true;
      return null;
    }
    return known?.value ?? null;
  }

  #readSeq(node: YAMLSeq): Json {
    return node.items.map((item) => this.read(item as Node | null));
  }

  #readMap(node: YAMLMap): Json {
    const entries = new Map<string, Json>();
    const written = new Map<string, Node>();
    for (const pair of node.items) {
      const key = pair.key as Node | null;
      const value = pair.value as Node | null;
      if (isMergeKey(key)) {
        this.#merge(key, value, entries, written);
        continue;
      }
      const name = this.#readKey(key, node);
      const item = this.read(value);
      if (name === undefined || key === null) {
        continue;
      }
      const first = written.get(name);
      if (first === undefined) {
        written.set(name, key);
        entries.set(name, item);
      } else {
        this.#report(
          key,
          `The key is given twice in one mapping, at first in line ${this.#source.lineOf(first.range?.[0] ?? 0)}. Only one of the two values would be kept.`,
          "Take one of the two out.",
        );
      }
    }
    return Object.fromEntries(entries);
  }

  /** In go-yaml what is merged replaces keys that were written before it, and is replaced by those after it. */
  #merge(key: Node, value: Node | null, entries: Map<string, Json>, written: ReadonlyMap<string, Node>): void {
    const sources = isSeq(value) ? [...value.items].toReversed() : [value];
    for (const source of sources as (Node | null)[]) {
      const target = isAlias(source) ? source.resolve(this.#document) : source;
      if (!isMap(target)) {
        this.#report(
          key,
          "The merge key << takes a mapping or a list of mappings.",
          "Refer to a mapping, or put << in quotes if it is a key.",
        );
        return;
      }
      for (const [name, item] of Object.entries(this.read(source) as { readonly [key: string]: Json })) {
        if (written.has(name) && !sameValue(entries.get(name), item)) {
          this.#report(
            key,
            "A key that stands above in the same mapping is merged here once more, with another value. YAML says that the first counts, and kubectl takes the second.",
            "Put the line with << first in its mapping.",
          );
        }
        entries.set(name, item);
      }
    }
  }

  /** A key as text. kubectl has none that is null, a list or a mapping, and turns others into texts. */
  #readKey(key: Node | null, map: YAMLMap): string | undefined {
    const target = isAlias(key) ? key.resolve(this.#document) : key;
    if (key === null || target === null || !isScalar(target)) {
      this.#report(key ?? map, "A key of a mapping has to be a text.", "Write the key as a text, in quotes if needed.");
      return undefined;
    }
    if (target.type === "PLAIN" && endsInColon(this.#source.text, key)) {
      this.#report(
        key,
        "A colon stands directly before a comma or a bracket. For some readers of YAML it ends a key, for kubectl it belongs to the text.",
        "Put a space after the colon, or the text in quotes.",
      );
      return undefined;
    }
    const value = this.#readScalar(target);
    const text = String(value);
    const isText = typeof value === "string" || (isNumber(value) && text === target.value && !text.includes("."));
    if (isText) {
      return text;
    }
    this.#report(
      key,
      `The key ${String(target.value)} is no text: kubectl reads ${describeKey(value)}.`,
      `Put the key in quotes: "${String(target.value)}"`,
    );
    return undefined;
  }

  #readScalar(node: Node): Json {
    const { value, type, tag } = node as Scalar;
    const text = typeof value === "string" ? value : String(value ?? "");
    const short = tag?.startsWith(yamlTag) === true ? tag.slice(yamlTag.length) : undefined;
    if (tag === undefined) {
      return type === undefined || type === "PLAIN" ? this.#checked(node, resolvePlain(text)) : text;
    }
    switch (short) {
      case "null":
      case "bool":
      case "int":
      case "float":
        return this.#typed(node, short, resolvePlain(text));
      case "binary":
        return this.#binary(node, text);
      default:
        // Tags of others are ignored, and what has one is a text.
        return text;
    }
  }

  #checked(node: Node, value: Json): Json {
    if (this.#source.isJson && typeof value === "string") {
      this.#report(
        node,
        "The number is larger than any that JSON readers have.",
        "Write a smaller number, or a text in quotes.",
      );
      return null;
    }
    if (typeof value === "number" && !Number.isFinite(value)) {
      this.#report(
        node,
        "The value is infinite or no number, and JSON, in which objects go to an API server, has no such number.",
        "Put the value in quotes if it is a text.",
      );
      return null;
    }
    return value;
  }

  #typed(node: Node, tag: "null" | "bool" | "int" | "float", value: Json): Json {
    const fits = {
      null: value === null,
      bool: typeof value === "boolean",
      int: typeof value === "bigint" || Number.isInteger(value),
      float: isNumber(value),
    }[tag];
    if (!fits) {
      this.#report(node, `The value has the tag !!${tag} and is none.`, "Take the tag away, or correct the value.");
      return null;
    }
    return this.#checked(node, tag === "float" && isNumber(value) ? exactNumber(String(Number(value))) : value);
  }

  #binary(node: Node, text: string): Json {
    const bare = text.replaceAll(/[\r\n]/g, "");
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(bare)) {
      this.#report(
        node,
        "The value has the tag !!binary and is not base64.",
        "Take the tag away, or correct the value.",
      );
      return null;
    }
    try {
      const bytes = Uint8Array.from(atob(bare), (one) => one.charCodeAt(0));
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      this.#report(
        node,
        "The value has the tag !!binary, and its bytes are no text (UTF-8). JSON, in which objects go to an API server, has texts only.",
        "Give the base64 as a text, without the tag: that is what data of Secrets and binaryData of ConfigMaps hold.",
      );
      return null;
    }
  }

  #report(node: Node, detail: string, fix: string): void {
    const [start, end] = node.range ?? [0, 1];
    this.#problems.push({ start, end, detail, fix });
  }
}

function isNumber(value: Json): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** A colon without a blank after the key. */
function endsInColon(text: string, key: Node): boolean {
  return /^\s*:[,\]}]/.test(text.slice(key.range?.[1] ?? 0));
}

/** A scalar that is no text, in words that follow "kubectl reads". */
function describeKey(value: Json): string {
  return value === null ? "null" : `${typeof value === "boolean" ? "the truth value" : "the number"} ${String(value)}`;
}

function isMergeKey(key: Node | null): key is Scalar {
  return (
    isScalar(key) && key.value === "<<" && key.tag === undefined && (key.type === undefined || key.type === "PLAIN")
  );
}
