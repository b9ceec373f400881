import { createHash } from "node:crypto";
import { lstat, readFile, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../../files/make-folder.ts";
import type { ExportFile } from "../../core/export/export-file.ts";
import type { ExportMarker } from "../../core/export/marker.ts";
import { markerName, readMarker, writeMarker } from "../../core/export/marker.ts";
import { explainFolder, refuseChanged, refuseForeign, refuseFolder } from "./export-refusals.ts";

/** What an export did to its folder, in files. */
export interface ExportedFiles {
  readonly written: number;
  readonly unchanged: number;
  readonly removed: number;
}

/** A folder that an export is being written to. Nothing in it changes before `commit`. */
export interface ExportFolder {
  /** Puts a file beside the folder's own ones. */
  readonly stage: (file: ExportFile) => Promise<void>;
  /**
   * Moves all staged files to their places and takes away those of the last
   * export that are no longer among them. Throws a UserError before the first
   * change when that would lose what somebody else wrote, unless forced.
   */
  readonly commit: () => Promise<ExportedFiles>;
  /** Takes the staged files away; to be called in every case, also after `commit`. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a folder for an export, and makes it where there is none. A folder
 * that holds anything must have been written by an export, which left a marker
 * with the list of its files; else it is refused (UserError, 64) unless
 * `force`. Files that are not in that list are never taken away.
 */
export async function openExportFolder(
  folder: string,
  options: { readonly name: string; readonly force: boolean },
): Promise<ExportFolder> {
  const { name, force } = options;
  const before = await lookAt(folder, name);
  if (before.marker === undefined && before.holds.length > 0 && !force) {
    throw refuseFolder(name, before.holds);
  }
  const staging = path.join(folder, `.isthmus-export.${process.pid}.new`);
  await removeAbandoned(folder, before.staged);
  const made = await explainFolder(name, async () => makeFolder(staging, 0o755));
  const old = before.marker?.files ?? {};
  const staged = new Map<string, string>();
  return {
    stage: async (file) => {
      await explainFolder(name, async () => write(path.join(staging, file.path), file.text));
      staged.set(file.path, digest(file.text));
    },
    commit: async () => {
      const found = await compareFiles(folder, old, staged);
      if (found.blocked.length > 0 || (!force && found.foreign.length > 0)) {
        throw refuseForeign(name, [...found.blocked, ...found.foreign], found.blocked.length > 0);
      }
      if (!force && found.changed.length > 0) {
        throw refuseChanged(name, found.changed);
      }
      return explainFolder(name, async () => putInPlace({ folder, staging, old, staged, same: found.same }));
    },
    close: async () => {
      await rm(staging, { recursive: true, force: true });
      if (made !== undefined && made !== staging) {
        // Only what this export made and did not fill.
        await rmdir(folder).catch(() => {});
      }
    },
  };
}

const stagingName = /^\.isthmus-export\.(\d+)\.new$/;

/** Takes away what killed exports staged. One that is still running keeps its own. */
async function removeAbandoned(folder: string, staged: readonly string[]): Promise<void> {
  for (const one of staged) {
    if (!isRunning(Number(stagingName.exec(one)?.[1]))) {
      await rm(path.join(folder, one), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function lookAt(
  folder: string,
  name: string,
): Promise<{
  readonly holds: readonly string[];
  /** Where exports staged their files that did not come to their end. */
  readonly staged: readonly string[];
  readonly marker: ExportMarker | undefined;
}> {
  return explainFolder(name, async () => {
    const holds: readonly string[] = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
      if (error.code === "ENOENT") {
        return [];
      }
      throw error;
    });
    const text = holds.includes(markerName) ? await readFile(path.join(folder, markerName), "utf8") : undefined;
    return {
      holds: holds.filter((one) => !stagingName.test(one)),
      staged: holds.filter((one) => stagingName.test(one)),
      marker: text === undefined ? undefined : readMarker(text),
    };
  });
}

interface Comparison {
  /** Not ours, and in the way of a file. */
  readonly foreign: readonly string[];
  /** In the way of a folder: a file or a link. */
  readonly blocked: readonly string[];
  /** Ours, and changed since by somebody else. */
  readonly changed: readonly string[];
  /** As they are to be. */
  readonly same: ReadonlySet<string>;
}

async function compareFiles(
  folder: string,
  old: ExportMarker["files"],
  staged: ReadonlyMap<string, string>,
): Promise<Comparison> {
  const foreign: string[] = [];
  const changed: string[] = [];
  const same = new Set<string>();
  const blocked = await findBlocked(folder, [...staged.keys(), ...Object.keys(old)]);
  for (const file of new Set(blocked.length > 0 ? [] : [...staged.keys(), ...Object.keys(old)])) {
    const known = old[file];
    const there = await digestOf(path.join(folder, file));
    if (there === undefined) {
      continue;
    }
    if (there === staged.get(file)) {
      same.add(file);
    } else if (known === undefined) {
      foreign.push(file);
    } else if (!known.includes(there)) {
      changed.push(file);
    }
  }
  return { foreign, blocked, changed, same };
}

/** What stands where the files' folders have to be: following a link would write outside. */
async function findBlocked(folder: string, files: readonly string[]): Promise<readonly string[]> {
  const folders = new Set(
    files.flatMap((file) => {
      const parts = file.split("/").slice(0, -1);
      return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
    }),
  );
  const blocked: string[] = [];
  for (const one of folders) {
    const found = await lstat(path.join(folder, one)).catch(() => undefined);
    if (found !== undefined && !found.isDirectory()) {
      blocked.push(one);
    }
  }
  return blocked;
}

interface Placement {
  readonly folder: string;
  readonly staging: string;
  readonly old: ExportMarker["files"];
  readonly staged: ReadonlyMap<string, string>;
  readonly same: ReadonlySet<string>;
}

async function putInPlace({ folder, staging, old, staged, same }: Placement): Promise<ExportedFiles> {
  const stale = Object.keys(old).filter((file) => !staged.has(file));
  const fresh = [...staged.keys()].filter((file) => !same.has(file));
  const files = Object.fromEntries([...staged].map(([file, hash]) => [file, [hash]]));
  // First a marker that knows the old and the new files, so that a killed export leaves none that nobody knows of.
  await placeMarker(folder, staging, {
    ...old,
    ...Object.fromEntries([...staged].map(([file, hash]) => [file, [...(old[file] ?? []), hash]])),
  });
  for (const file of fresh) {
    await makeFolder(path.dirname(path.join(folder, file)));
    await rename(path.join(staging, file), path.join(folder, file));
  }
  for (const file of stale) {
    await rm(path.join(folder, file), { force: true });
    await removeEmpty(folder, path.posix.dirname(file));
  }
  await placeMarker(folder, staging, files);
  return { written: fresh.length, unchanged: same.size, removed: stale.length };
}

async function placeMarker(folder: string, staging: string, files: ExportMarker["files"]): Promise<void> {
  const draft = path.join(staging, markerName);
  await writeFile(draft, writeMarker({ files }));
  await rename(draft, path.join(folder, markerName));
}

/** Takes a folder away, and those that it was alone in, up to the export's own. */
async function removeEmpty(folder: string, place: string): Promise<void> {
  for (let one = place; one !== "."; one = path.posix.dirname(one)) {
    try {
      await rmdir(path.join(folder, one));
    } catch {
      return;
    }
  }
}

async function write(file: string, text: string): Promise<void> {
  await makeFolder(path.dirname(file));
  await writeFile(file, text);
}

/** The digest of a file; undefined where there is none. Anything else at that place has a digest that no file has. */
async function digestOf(file: string): Promise<string | undefined> {
  const found = await lstat(file).catch(() => undefined);
  if (found === undefined) {
    return undefined;
  }
  return found.isFile() ? digest(await readFile(file)) : "not a file";
}

function digest(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
