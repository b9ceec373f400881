import path from "node:path";
import { interruption } from "../../files/interruptible.ts";
import { isAbsent } from "../../files/is-absent.ts";
import { readText } from "../../files/read-text.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { accessDiagnostic } from "../access-diagnostic.ts";
import type { KubeconfigMistake } from "./parse-kubeconfig.ts";
import { parseKubeconfig } from "./parse-kubeconfig.ts";
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
  /** Those of them that are not there. */
  readonly absent: readonly string[];
  /** Entries that an earlier file's of the same name hides. */
  readonly hidden: readonly HiddenEntry[];
  readonly contexts: ReadonlyMap<string, KubeconfigEntry>;
  readonly clusters: ReadonlyMap<string, KubeconfigEntry>;
  readonly users: ReadonlyMap<string, KubeconfigEntry>;
}

/** An entry that nobody reads, since an earlier file has one of its kind and name. */
export interface HiddenEntry {
  readonly kind: "context" | "cluster" | "user";
  readonly entry: KubeconfigEntry;
}

export interface LoadedKubeconfigs {
  readonly kubeconfig: Kubeconfig;
  /** All that is wrong with files that are there and that kubectl refuses (ISM252, ISM512, ISM513). */
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
  const absent: string[] = [];
  const hidden: HiddenEntry[] = [];
  const merged = {
    contexts: new Map<string, KubeconfigEntry>(),
    clusters: new Map<string, KubeconfigEntry>(),
    users: new Map<string, KubeconfigEntry>(),
  };
  for (const file of new Set(paths.map((one) => path.resolve(one)))) {
    const read = await readKubeconfig(file, options.required);
    switch (read.kind) {
      case "problem":
        problems.push(...read.diagnostics);
        break;
      case "absent":
        absent.push(file);
        break;
      case "read":
        hidden.push(
          ...addEntries(merged.contexts, file, read.content["contexts"], "context"),
          ...addEntries(merged.clusters, file, read.content["clusters"], "cluster"),
          ...addEntries(merged.users, file, read.content["users"], "user"),
        );
    }
  }
  return { kubeconfig: { files: paths, absent, hidden, ...merged }, problems };
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
  | { readonly kind: "absent" }
  | { readonly kind: "problem"; readonly diagnostics: readonly Diagnostic[] };

async function readKubeconfig(file: string, required: boolean): Promise<ReadResult> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    interruption().throwIfAborted();
    if (!required && isAbsent(error)) {
      return { kind: "absent" };
    }
    return {
      kind: "problem",
      diagnostics: [unreadable(`The kubeconfig ${file} cannot be read: ${readFailure(error)}.`)],
    };
  }
  const { content, mistakes } = parseKubeconfig(text);
  return mistakes.length === 0
    ? { kind: "read", content }
    : { kind: "problem", diagnostics: mistakes.map((one) => describeMistake(file, one)) };
}

function describeMistake(file: string, { kind, place, words }: KubeconfigMistake): Diagnostic {
  const where = place === undefined ? file : `${file}, ${place}`;
  switch (kind) {
    case "yaml":
      return unreadable(`The kubeconfig ${file} ${words}.`);
    case "type":
      return accessDiagnostic("ISM512", {
        detail: `In the kubeconfig ${where}: ${words}. kubectl refuses the whole file for it, whichever context is asked for.`,
        fix: "Correct the value there. YAML takes an unquoted 12, 1e3, 0x10, yes or off for a number or a truth value; in quotes each is text.",
      });
    case "encoding":
      return accessDiagnostic("ISM512", {
        detail: `In the kubeconfig ${where}: ${words}. kubectl refuses the whole file for it, whichever context is asked for.`,
        fix: "Write the PEM file's content there in base64 (`base64 -w0 FILE`), or name the file by the field of the same name without `-data`.",
      });
    case "duplicate":
      return accessDiagnostic("ISM513", {
        detail: `In the kubeconfig ${where}: ${words}. kubectl refuses the whole file for it, since nobody can tell which one is meant.`,
        fix: "Rename one of them and what refers to it, or take it out.",
      });
  }
}

function unreadable(detail: string): Diagnostic {
  return accessDiagnostic("ISM252", {
    detail,
    fix: "Name another file (`kubeconfig` in the mesh file, `--kubeconfig` or KUBECONFIG), or repair this one.",
  });
}

function addEntries(
  into: Map<string, KubeconfigEntry>,
  file: string,
  list: unknown,
  kind: HiddenEntry["kind"],
): readonly HiddenEntry[] {
  const hidden: HiddenEntry[] = [];
  for (const item of Array.isArray(list) ? list : []) {
    if (isRecord(item) && typeof item["name"] === "string") {
      const fields = item[kind];
      const entry = { name: item["name"], file, fields: isRecord(fields) ? fields : {} };
      if (into.has(entry.name)) {
        hidden.push({ kind, entry });
      } else {
        into.set(entry.name, entry);
      }
    }
  }
  return hidden;
}
