import { errorOf } from "../core/diagnostics/coded.ts";
import { lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import { UserError } from "../core/diagnostics/user-error.ts";
import { hasEndedHere, markProcess } from "../files/process-mark.ts";

/** Folders that are in use. A command that fails ends while others' work still goes on; what that leaves is taken away with the process. */
const inUse = new Set<string>();
let watching = false;

/**
 * Runs `work` with a folder of its own for `program`, which only the user can
 * enter and which holds `files` (name → text, 0600); it is gone afterwards, at
 * the latest when the process ends by itself. What processes that were killed
 * have left goes before the first one is made. A UserError (ISM069) when it
 * cannot be made.
 */
export async function inTemporaryFolder<T>(
  program: string,
  files: Readonly<Record<string, string>>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  let folder: string | undefined;
  try {
    try {
      removeAbandonedOnce();
      // At once, so that no folder is made that nobody knows of when the process ends.
      folder = mkdtempSync(path.join(tmpdir(), `isthmus-${program}-${ownMark()}`));
      watch(folder);
      for (const [name, text] of Object.entries(files)) {
        await writeFile(path.join(folder, name), text, { mode: 0o600 });
      }
    } catch (error) {
      throw new UserError([unwritable(program, error as Error)], exitCodes.failed, { cause: error });
    }
    return await work(folder);
  } finally {
    if (folder !== undefined) {
      await rm(folder, { recursive: true, force: true });
      inUse.delete(folder);
    }
  }
}

function watch(folder: string): void {
  inUse.add(folder);
  if (!watching) {
    watching = true;
    process.once("exit", () => inUse.forEach((one) => rmSync(one, { recursive: true, force: true })));
  }
}

/** The mark of this process as a part of a file name; empty where processes have none. */
function ownMark(): string {
  const mark = markProcess(process.pid);
  return mark === undefined ? "" : `${mark.replaceAll("/", ".")}-`;
}

const markedName = /^isthmus-[a-z]+-([0-9a-f-]{36})\.(\d+)\.(\d+)\.(\d+)-\w{6}$/;

function removeAbandonedOnce(): void {
  if (!watching) {
    removeAbandoned(tmpdir());
  }
}

/**
 * Removes the temporary folders in `parent` whose process was killed: those of
 * this user that name a process which has ended. What cannot be removed stays.
 */
export function removeAbandoned(parent: string): void {
  const uid = process.geteuid?.();
  for (const name of readdirSync(parent)) {
    const parts = markedName.exec(name);
    if (parts !== null && hasEndedHere(parts.slice(1).join("/"))) {
      const folder = path.join(parent, name);
      try {
        const info = lstatSync(folder);
        if (info.isDirectory() && (uid === undefined || info.uid === uid)) {
          rmSync(folder, { recursive: true, force: true });
        }
      } catch {
        // Another process was faster, or something in it is not ours to delete.
      }
    }
  }
}

function unwritable(program: string, error: Error) {
  return {
    ...errorOf("ISM069"),
    detail: `What ${program} is to work on could not be written into a folder of its own in ${tmpdir()}: ${error.message}.`,
    fix: "Make room there, or set TMPDIR to a folder that has some.",
  } as const;
}
