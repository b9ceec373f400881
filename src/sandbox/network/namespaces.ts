import { readdir, stat, statfs } from "node:fs/promises";
import path from "node:path";
import { runSystemCommand } from "../process/system-command.ts";

/** Where iproute2 keeps named network namespaces. */
const folder = "/run/netns";

/** Type of the file system that a namespace's file is on (linux/magic.h NSFS_MAGIC). */
const nsfsMagic = 0x6e736673;

/** The file by which a named network namespace is entered. */
export function namespaceFile(name: string): string {
  return path.join(folder, name);
}

/** The names of all network namespaces, also of those whose file holds no namespace any more. */
export async function listNamespaces(): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return [];
    }
    throw error;
  }
}

/** The inode of a named network namespace, by which the processes in it are found; undefined where there is none. */
export async function readNamespaceInode(name: string): Promise<number | undefined> {
  try {
    const file = namespaceFile(name);
    return (await statfs(file)).type === nsfsMagic ? (await stat(file)).ino : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

/** Makes the namespaces that are not there; gives the names of those it made. */
export async function ensureNamespaces(names: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>> {
  const existing = new Set(await listNamespaces());
  const alive = await Promise.all(
    names.map(async (name) => existing.has(name) && (await readNamespaceInode(name)) !== undefined),
  );
  const missing = names.filter((_, position) => alive[position] === false);
  const lines = missing.flatMap((name) =>
    existing.has(name) ? [`netns delete ${name}`, `netns add ${name}`] : [`netns add ${name}`],
  );
  if (lines.length > 0) {
    await runSystemCommand("ip", ["-batch", "-"], { input: `${lines.join("\n")}\n`, signal });
  }
  return new Set(missing);
}
