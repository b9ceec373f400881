import { stat } from "node:fs/promises";
import path from "node:path";
import type { Document } from "yaml";
import { LineCounter, isScalar, parseAllDocuments, visit } from "yaml";
import { readText } from "../../files/read-text.ts";
import type { SourceRange } from "../../core/diagnostics/diagnostic.ts";
import { maskLine } from "../../core/redact/mask-line.ts";
import { findKustomization } from "./find-kustomization.ts";

/** A place in a kustomization that names something on another machine. */
export interface RemoteReference {
  readonly reference: string;
  readonly range: SourceRange;
}

/** Fields whose entries are folders or files, which kustomize also takes as addresses to fetch (api/types: Kustomization). */
const fields: ReadonlySet<string> = new Set([
  "resources",
  "bases",
  "components",
  "crds",
  "configurations",
  "generators",
  "transformers",
  "validators",
  "patches",
  "patchesStrategicMerge",
  "patchesJson6902",
  "replacements",
  "openapi",
  "configMapGenerator",
  "secretGenerator",
]);

/** Keys of an entry that hold paths; the rest of an entry are contents, where an address is only a text. */
const pathKeys: ReadonlySet<string> = new Set(["path", "files", "envs", "env"]);

/**
 * What a kustomization, or one in the local folders that it is made of, would
 * fetch from elsewhere. Rendering is offline, and what a URL gives can be
 * another thing each time. A kustomization that is no YAML has none: kustomize says so itself.
 */
export async function findRemoteReferences(
  folder: string,
  options: { readonly relativeTo: string },
): Promise<readonly RemoteReference[]> {
  const seen = new Set<string>();
  const visitFolder = async (place: string): Promise<readonly RemoteReference[]> => {
    if (seen.has(place)) {
      return [];
    }
    seen.add(place);
    const file = await findKustomization(place).catch(() => undefined);
    if (file === undefined) {
      return [];
    }
    const references = readReferences(await readText(file), path.relative(options.relativeTo, file) || file);
    const inner: RemoteReference[] = [];
    for (const { reference } of references) {
      const target = path.resolve(place, reference);
      if (await isFolder(target)) {
        inner.push(...(await visitFolder(target)));
      }
    }
    return [...references.filter((one) => isRemote(one.reference)), ...inner];
  };
  return visitFolder(path.resolve(folder));
}

/**
 * True for what kustomize fetches: URLs and the forms of git
 * (sigs.k8s.io/kustomize, api/internal/git/repospec.go and api/internal/loader/fileloader.go).
 */
export function isRemote(reference: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\/\//i.test(reference) ||
    /^(git::|gh:|github\.com[/:])/i.test(reference) ||
    /^[\w.-]+@[\w.-]+:/.test(reference)
  );
}

function readReferences(text: string, name: string): readonly RemoteReference[] {
  const lines = new LineCounter();
  return parseAllDocuments(text, { lineCounter: lines }).flatMap((document) =>
    "contents" in document && document.errors.length === 0 ? referencesIn(document, text, name, lines) : [],
  );
}

function referencesIn(document: Document, text: string, name: string, lines: LineCounter): readonly RemoteReference[] {
  const found: RemoteReference[] = [];
  const add = (value: unknown, offset: number): void => {
    if (typeof value !== "string" || value.includes("\n")) {
      return;
    }
    const { line, col } = lines.linePos(offset);
    found.push({
      // A generator's file may be `name=path`.
      reference: value.replace(/^[\w.-]+=/, ""),
      range: {
        file: name,
        start: { line, column: col },
        end: { line, column: col + value.length },
        lineText: maskLine(text, line),
      },
    });
  };
  visit(document, {
    Pair: (_, pair, ancestors) => {
      const key = isScalar(pair.key) ? String(pair.key.value) : "";
      const isTop = ancestors.length === 2;
      return (isTop ? fields.has(key) : pathKeys.has(key)) ? undefined : visit.SKIP;
    },
    Scalar: (key, node) => {
      if (key !== "key") {
        add(node.value, node.range?.[0] ?? 0);
      }
    },
    Alias: (_, node) => {
      const target = node.resolve(document);
      add(isScalar(target) ? target.value : undefined, node.range?.[0] ?? 0);
    },
  });
  return found;
}

async function isFolder(place: string): Promise<boolean> {
  return stat(place).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
