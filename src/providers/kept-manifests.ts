import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../core/model/kube-object.ts";

/**
 * What a deterministic renderer makes of `inputs`, kept below `cacheDir` by
 * their content, so that the same inputs are rendered once. The files are the
 * user's only (0600): values of an installation may be private.
 */
export async function keptManifests(
  cacheDir: string,
  inputs: readonly string[],
  render: () => Promise<readonly KubeObject[]>,
): Promise<readonly KubeObject[]> {
  const key = createHash("sha256").update(inputs.join("\n")).digest("hex");
  const file = path.join(cacheDir, "manifests", `${key}.json`);
  const known = await readFile(file, "utf8").catch(() => undefined);
  if (known !== undefined) {
    return JSON.parse(known) as KubeObject[];
  }
  const objects = await render();
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}.new`;
  await writeFile(draft, JSON.stringify(objects), { mode: 0o600 });
  await rename(draft, file);
  return objects;
}

/** The objects of a text of YAML documents, without the empty ones that templates leave. */
export function parseManifests(text: string): readonly KubeObject[] {
  return parseAllDocuments(text, { maxAliasCount: -1 } as object)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object): object is KubeObject => object !== null && typeof object === "object");
}
