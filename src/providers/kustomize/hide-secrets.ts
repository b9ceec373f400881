import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { parseDocument } from "yaml";
import { hiddenTexts, hideTexts } from "../../core/redact/mask-line.ts";
import { isKustomizationName } from "./find-kustomization.ts";

/** Of a folder of manifests a few hundred small files are looked at. */
const limits = { files: 500, bytes: 1_000_000 };

/**
 * kustomize's words about a folder, without what is secret in its files: its
 * messages quote lines, values, and whole objects. Values of Secrets and
 * credentials in YAML, and every value of what a generator reads (`.env` files and the like).
 */
export async function hideSecretsOf(folder: string, words: string): Promise<string> {
  const hidden = new Set<string>();
  for (const file of await filesBelow(folder)) {
    const text = await readFile(file, "utf8").catch(() => "");
    const isManifest = /\.(?:ya?ml|json)$/.test(file) || isKustomizationName(path.basename(file));
    const found = isManifest ? [...hiddenTexts(text), ...literalsOf(text)] : valuesOf(text);
    found.forEach((one) => hidden.add(one));
  }
  return hideTexts(
    words,
    [...hidden].sort((a, b) => b.length - a.length),
  );
}

/** What the Secrets of a kustomization are generated from, in whatever style it is written. */
function literalsOf(text: string): readonly string[] {
  const { secretGenerator } = (parseDocument(text, { logLevel: "silent" }).toJS() ?? {}) as {
    readonly secretGenerator?: unknown;
  };
  return (Array.isArray(secretGenerator) ? secretGenerator : []).flatMap(
    (one: { readonly literals?: unknown } | null) =>
      (Array.isArray(one?.literals) ? one.literals : [])
        .map(String)
        .flatMap((literal) => [literal, literal.slice(literal.indexOf("=") + 1)])
        .filter((literal) => literal.length >= 4),
  );
}

function valuesOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .flatMap((line) => [line.trim(), line.slice(line.indexOf("=") + 1).trim()])
    .filter((one) => one.length >= 4 && !one.startsWith("#"));
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name));
  const small = await Promise.all(
    files.slice(0, limits.files).map(async (file) => {
      const found = await stat(file).catch(() => undefined);
      return found !== undefined && found.size <= limits.bytes ? [file] : [];
    }),
  );
  return small.flat();
}
