import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { FakeClusters } from "./fake-clusters.ts";

/** Changes the text of the world's mesh file. */
export async function editMesh(world: FakeClusters, edit: (text: string) => string): Promise<void> {
  const file = path.join(world.folder, "mesh.yaml");
  await writeFile(file, edit(await readFile(file, "utf8")));
}
