import path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { interruption } from "../../files/interruptible.ts";
import { isAbsent } from "../../files/is-absent.ts";
import { readText } from "../../files/read-text.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { accessDiagnostic } from "../access-diagnostic.ts";
import { isRecord, readFailure } from "./read-fields.ts";

/** One named entry of a kubeconfig with the file that it comes from: relative paths in it start at that file's folder. */
export interface KubeconfigEntry {
  readonly name: string;
  readonly file: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Several kubeconfig files as one, the way kubectl merges them: per kind and name the first file wins. */
export interface Kubeconfig {
  readonly files: readonly string[];
  readonly contexts: ReadonlyMap<string, KubeconfigEntry>;
  readonly clusters: ReadonlyMap<string, KubeconfigEntry>;
  readonly users: ReadonlyMap<string, KubeconfigEntry>;
}

export interface LoadedKubeconfigs {
  readonly kubeconfig: Kubeconfig;
  /** One ISM252 per file that is there but cannot be used. */
  readonly problems: readonly Diagnostic[];
}

/**
 * Reads and merges kubeconfig files (kubectl's rule:
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files).
 * A file that is not there is a problem only with `required`: lists in
 * `KUBECONFIG` often name files that do not exist yet.
 */
export async function loadKubeconfigs(
  paths: readonly string[],
  options: { readonly required: boolean },
): Promise<LoadedKubeconfigs> {
  const problems: Diagnostic[] = [];
  const merged = {
    contexts: new Map<string, KubeconfigEntry>(),
    clusters: new Map<string, KubeconfigEntry>(),
    users: new Map<string, KubeconfigEntry>(),
  };
  for (const file of paths.map((one) => path.resolve(one))) {
    const read = await readKubeconfig(file, options.required);
    if (read.kind === "problem") {
      problems.push(read.diagnostic);
      continue;
    }
    addEntries(merged.contexts, file, read.content["contexts"], "context");
    addEntries(merged.clusters, file, read.content["clusters"], "cluster");
    addEntries(merged.users, file, read.content["users"], "user");
  }
  return { kubeconfig: { files: paths, ...merged }, problems };
}

/** `loadKubeconfigs` that reads the same list of files once: a thousand contexts often stand in one file. */
export function rememberKubeconfigs(): typeof loadKubeconfigs {
  const known = new Map<string, Promise<LoadedKubeconfigs>>();
  return async (paths, options) => {
    const key = JSON.stringify([paths, options.required]);
    const loaded = known.get(key) ?? loadKubeconfigs(paths, options);
    known.set(key, loaded);
    return loaded;
  };
}

type ReadResult =
  | { readonly kind: "read"; readonly content: Readonly<Record<string, unknown>> }
  | { readonly kind: "problem"; readonly diagnostic: Diagnostic };

async function readKubeconfig(file: string, required: boolean): Promise<ReadResult> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    interruption().throwIfAborted();
    if (!required && isAbsent(error)) {
      return { kind: "read", content: {} };
    }
    return unreadable(`The kubeconfig ${file} cannot be read: ${readFailure(error)}.`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const [first] = document.errors;
  if (first !== undefined) {
    // Only the place and the kind of the error: its message may quote the line, and that may be a key.
    const { line, col } = lines.linePos(first.pos[0]);
    return unreadable(`The kubeconfig ${file} is not valid YAML at line ${line}, column ${col} (${first.code}).`);
  }
  const content: unknown = document.toJS();
  if (content === null || content === undefined) {
    return { kind: "read", content: {} };
  }
  if (!isRecord(content)) {
    return unreadable(
      `The kubeconfig ${file} is not a kubeconfig: it holds no mapping with contexts, clusters and users.`,
    );
  }
  return { kind: "read", content };
}

function unreadable(detail: string): ReadResult {
  return {
    kind: "problem",
    diagnostic: accessDiagnostic("ISM252", {
      detail,
      fix: "Name another file (`kubeconfig` in the mesh file, `--kubeconfig` or KUBECONFIG), or repair this one.",
    }),
  };
}

function addEntries(into: Map<string, KubeconfigEntry>, file: string, list: unknown, key: string): void {
  for (const item of Array.isArray(list) ? list : []) {
    if (isRecord(item) && typeof item["name"] === "string" && !into.has(item["name"])) {
      const fields = item[key];
      into.set(item["name"], { name: item["name"], file, fields: isRecord(fields) ? fields : {} });
    }
  }
}
