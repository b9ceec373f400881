import { LineCounter, isNode, parseAllDocuments } from "yaml";
import type { Document, ScalarTag, Tags } from "yaml";
import { isRecord } from "./read-fields.ts";

/** What is wrong with a kubeconfig's text, in words that quote no credential. */
export interface KubeconfigMistake {
  readonly kind: "yaml" | "type" | "encoding" | "duplicate";
  /** `line 3, column 9`; undefined where the value came from elsewhere (a merge key). */
  readonly place?: string;
  readonly words: string;
}

export interface ParsedKubeconfig {
  readonly content: Readonly<Record<string, unknown>>;
  readonly mistakes: readonly KubeconfigMistake[];
}

/**
 * Reads a kubeconfig's text as kubectl does: YAML 1.1 (merge keys; an unquoted
 * `12` is a number and `no` is false), the first document, and then by type,
 * where a number or a truth value in a place for text makes kubectl refuse the
 * whole file (https://github.com/kubernetes-sigs/yaml, which goes by JSON). Of
 * YAML 1.1 it has no dates and no numbers to the base of 60. An empty text is
 * an empty kubeconfig.
 */
export function parseKubeconfig(text: string): ParsedKubeconfig {
  const lines = new LineCounter();
  const [document] = parseAllDocuments(text, {
    version: "1.1",
    customTags: asKubectl,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
    lineCounter: lines,
  });
  const placeAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  if (document === undefined || !("errors" in document)) {
    return { content: {}, mistakes: [] };
  }
  const [first] = document.errors;
  if (first !== undefined) {
    // Only the place and the kind of the error: its message may quote the line, and that may be a key.
    const words = `is not valid YAML at ${placeAt(first.pos[0])} (${first.code})`;
    return { content: {}, mistakes: [{ kind: "yaml", words }] };
  }
  const content: unknown = document.toJS();
  if (content === null || content === undefined) {
    return { content: {}, mistakes: [] };
  }
  if (!isRecord(content)) {
    const words = "is not a kubeconfig: it holds no mapping with contexts, clusters and users";
    return { content: {}, mistakes: [{ kind: "yaml", words }] };
  }
  const mistakes: KubeconfigMistake[] = [];
  const report = (kind: KubeconfigMistake["kind"], path: Path, words: string): void => {
    const offset = offsetOf(document, path);
    mistakes.push({ kind, words, ...(offset === undefined ? {} : { place: placeAt(offset) }) });
  };
  checkShape(content, kubeconfigShape, [], report);
  for (const list of ["clusters", "users", "contexts"]) {
    checkNames(content[list], list, report);
  }
  return { content, mistakes };
}

type Path = readonly (string | number)[];
type Report = (kind: KubeconfigMistake["kind"], path: Path, words: string) => void;

/** kubectl knows `0o17` beside YAML 1.1's `017`. */
const octal: ScalarTag = {
  identify: () => false,
  default: true,
  tag: "tag:yaml.org,2002:int",
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => Number(text.replaceAll("_", "")),
};

function asKubectl(tags: Tags): Tags {
  const kept = tags.filter(
    (tag) =>
      typeof tag === "string" ||
      (tag.tag !== "tag:yaml.org,2002:timestamp" && !("format" in tag && tag.format === "TIME")),
  );
  return [octal, ...kept];
}

/** `secret`: text whose value is shown in no message. */
type Shape =
  | "text"
  | "secret"
  | "bytes"
  | "flag"
  | "any"
  | { readonly each: Shape }
  | { readonly values: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

/** The fields that kubectl reads (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/); others it passes over. */
const kubeconfigShape: Shape = {
  fields: {
    apiVersion: "text",
    kind: "text",
    "current-context": "text",
    clusters: {
      each: {
        fields: {
          name: "text",
          cluster: {
            fields: {
              server: "text",
              "tls-server-name": "text",
              "insecure-skip-tls-verify": "flag",
              "certificate-authority": "text",
              "certificate-authority-data": "bytes",
              "proxy-url": "secret",
              "disable-compression": "flag",
            },
          },
        },
      },
    },
    users: {
      each: {
        fields: {
          name: "text",
          user: {
            fields: {
              "client-certificate": "text",
              "client-certificate-data": "bytes",
              "client-key": "text",
              "client-key-data": "bytes",
              token: "secret",
              tokenFile: "text",
              as: "text",
              "as-uid": "text",
              "as-groups": { each: "text" },
              "as-user-extra": { values: { each: "text" } },
              username: "text",
              password: "secret",
              "auth-provider": { fields: { name: "text", config: { values: "secret" } } },
              exec: {
                fields: {
                  command: "text",
                  args: { each: "secret" },
                  env: { each: { fields: { name: "text", value: "secret" } } },
                  apiVersion: "text",
                  installHint: "text",
                  provideClusterInfo: "flag",
                  interactiveMode: "text",
                },
              },
            },
          },
        },
      },
    },
    contexts: {
      each: {
        fields: { name: "text", context: { fields: { cluster: "text", user: "text", namespace: "text" } } },
      },
    },
  },
};

function checkShape(value: unknown, shape: Shape, path: Path, report: Report): void {
  if (value === null || value === undefined || shape === "any") {
    return;
  }
  if (typeof shape === "string") {
    checkScalar(value, shape, path, report);
    return;
  }
  if ("each" in shape) {
    if (!Array.isArray(value)) {
      report("type", path, `${nameOf(path)} is ${describe(value)}, where a list is expected`);
      return;
    }
    value.forEach((item, index) => checkShape(item, shape.each, [...path, index], report));
    return;
  }
  if (!isRecord(value)) {
    report("type", path, `${nameOf(path)} is ${describe(value)}, where a mapping is expected`);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    checkShape(item, "values" in shape ? shape.values : (shape.fields[key] ?? "any"), [...path, key], report);
  }
}

function checkScalar(value: unknown, shape: "text" | "secret" | "bytes" | "flag", path: Path, report: Report): void {
  if (shape === "flag") {
    if (typeof value !== "boolean") {
      report("type", path, `${nameOf(path)} is ${describe(value)}, where true or false is expected, without quotes`);
    }
    return;
  }
  if (typeof value !== "string") {
    const shown = shape === "text" && (typeof value === "number" || typeof value === "boolean") ? ` ${value}` : "";
    const quote = isRecord(value) || Array.isArray(value) ? "" : ": put it in quotes";
    report("type", path, `${nameOf(path)} is ${describe(value)}${shown}, where text is expected${quote}`);
    return;
  }
  if (shape === "bytes" && !isBase64(value)) {
    report("encoding", path, `${nameOf(path)} is no base64`);
  }
}

/** kubectl refuses a file in which two entries of a list have one name. */
function checkNames(list: unknown, key: string, report: Report): void {
  const names = (Array.isArray(list) ? list : []).map((item: unknown) => (isRecord(item) ? item["name"] : undefined));
  names.forEach((name, index) => {
    if (typeof name === "string" && names.indexOf(name) < index) {
      report("duplicate", [key, index, "name"], `${key} has two entries ${JSON.stringify(name)}`);
    }
  });
}

/** As Go reads it: padded, with line breaks anywhere. */
function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text.replaceAll(/[\r\n]/g, ""));
}

function describe(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") {
    return "the number";
  }
  return typeof value === "boolean"
    ? "the truth value"
    : Array.isArray(value)
      ? "a list"
      : typeof value === "string"
        ? "text"
        : "a mapping";
}

/** `clusters[0].cluster.server`. */
function nameOf(path: Path): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${part}`))
    .join("");
}

function offsetOf(document: Document, path: Path): number | undefined {
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}
