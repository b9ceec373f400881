import { readJson, writeJson } from "../core/model/exact-json.ts";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../files/make-folder.ts";
import { replaceFile } from "../files/replace-file.ts";
import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";
import { readManifest } from "../core/manifests/read-manifest.ts";
import type { KubeObject } from "../core/model/kube-object.ts";

/**
 * What a deterministic renderer makes of `inputs`, kept below `cacheDir` by
 * their content, so that the same inputs are rendered once. The files are the
 * user's only (0600): values of an installation may be private. Rejects only
 * with what `render` rejects with.
 */
export async function keptManifests(
  cacheDir: string,
  inputs: readonly string[],
  render: () => Promise<readonly KubeObject[]>,
): Promise<readonly KubeObject[]> {
  const key = createHash("sha256").update(inputs.join("\n")).digest("hex");
  const file = path.join(cacheDir, "manifests", `${key}.json`);
  const known = await readKept(file);
  if (known !== undefined) {
    return known;
  }
  const objects = await render();
  await keep(file, objects);
  return objects;
}

/** Undefined also for a file that a power failure or a person has left corrupt: it is rendered and written again. */
async function readKept(file: string): Promise<readonly KubeObject[] | undefined> {
  try {
    return readJson(await readFile(file, "utf8")) as KubeObject[];
  } catch {
    return undefined;
  }
}

/** What cannot be kept (a full disk, a folder of somebody else's) is rendered again the next time, and stops nothing. */
async function keep(file: string, objects: readonly KubeObject[]): Promise<void> {
  try {
    await makeFolder(path.dirname(file));
    await replaceFile(file, writeJson(objects), { mode: 0o600 });
  } catch {
    // The next run renders again.
  }
}

/**
 * The objects of what a renderer printed, read as kubectl would read it: in
 * YAML 1.1, where `0644` is octal and `yes` is true (docs/adr/0018). `name` is
 * how the text is called in the Error that says what cannot be read of it.
 */
export function parseManifests(text: string, name: string): readonly KubeObject[] {
  const problems: Diagnostic[] = [];
  const objects = readManifest(text, name, problems).map(({ object }) => object);
  if (problems.length > 0) {
    const places = problems.map(({ range, detail }) => `line ${range?.start.line ?? 0} of ${detail}`);
    throw new Error(`what it rendered cannot be read: ${places.join("; ")}`);
  }
  return objects;
}
