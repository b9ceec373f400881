import { copyFile, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { readTextIfThere } from "../../files/read-text-if-there.ts";
import type { EngineParts } from "../engine/parts.ts";

const snapshots = path.join("io.containerd.snapshotter.v1.overlayfs", "snapshots");
const blobs = path.join("io.containerd.content.v1.content", "blobs");
const databases = [
  path.join("io.containerd.metadata.v1.bolt", "meta.db"),
  path.join("io.containerd.snapshotter.v1.overlayfs", "metadata.db"),
];

/**
 * Gives a node's containerd every image of the engine without importing or
 * copying any: its databases are copies, and each unpacked layer and each blob
 * is a symbolic link to the engine's. Nothing ever writes to those again (a
 * container's changes go to a snapshot of its own), deleting an image removes
 * the link alone, and it takes no space and no time on whatever file system.
 *
 * A root that was seeded from the same engine stays as it is; one from another
 * engine is made anew.
 */
export async function seedContainerd(root: string, engine: EngineParts): Promise<void> {
  const marker = path.join(root, ".engine");
  if ((await readTextIfThere(marker)) === engine.key) {
    return;
  }
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true, mode: 0o700 });
  await Promise.all([
    ...databases.map(async (file) => {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true, mode: 0o700 });
      await copyFile(path.join(engine.containerdRoot, file), path.join(root, file));
    }),
    linkEntries(path.join(engine.containerdRoot, snapshots), path.join(root, snapshots)),
    linkBlobs(path.join(engine.containerdRoot, blobs), path.join(root, blobs)),
  ]);
  // Last, so that a root that was left half done is made anew.
  await writeFile(marker, engine.key, { mode: 0o600 });
}

async function linkBlobs(from: string, to: string): Promise<void> {
  const algorithms = await readdir(from);
  await Promise.all(algorithms.map(async (name) => linkEntries(path.join(from, name), path.join(to, name))));
}

async function linkEntries(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  await Promise.all((await readdir(from)).map(async (name) => symlink(path.join(from, name), path.join(to, name))));
}
