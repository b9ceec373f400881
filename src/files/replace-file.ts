import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { chmod, chown, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { isAbsent } from "./is-absent.ts";
import { writeText } from "./write-text.ts";

export interface ReplaceOptions {
  /** Of the file; with `keepAccess` only of one that is new. */
  readonly mode: number;
  /**
   * For a file of a person: it keeps its owner and permissions, and a link to
   * it stays a link. Where its owner cannot be kept, where its folder takes no
   * other file, and where it is mounted by itself it is written in place.
   */
  readonly keepAccess?: boolean;
}

/**
 * Puts a text into a file, whole or not at all: who reads it sees the old text
 * or the new one, also after a kill or a full disk, and nothing else is left in
 * its folder. A pipe or a device is written to as it is. Throws the system's error.
 */
export async function replaceFile(file: string, text: string, options: ReplaceOptions): Promise<void> {
  const { mode, keepAccess = false } = options;
  const place = keepAccess ? ((await orAbsent(realpath(file))) ?? file) : file;
  const before = await orAbsent(stat(place));
  if (before !== undefined && !before.isFile() && !before.isDirectory()) {
    writeText(place, text, mode);
    return;
  }
  const draft = path.join(path.dirname(place), `.${path.basename(place)}.${randomUUID()}.new`);
  try {
    await writeFile(draft, text, { mode, flag: "wx", flush: true });
    if (before !== undefined && keepAccess) {
      await giveAccess(draft, before);
    }
    await rename(draft, place);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    const { code = "" } = error as NodeJS.ErrnoException;
    if (before?.isFile() !== true || !keepAccess || !onlyInPlace.has(code)) {
      throw error;
    }
    writeText(place, text, mode);
  }
}

/** chown is for root (EPERM), the folder takes no file (EACCES, EROFS), a mount on the file keeps it there (EBUSY). */
const onlyInPlace: ReadonlySet<string> = new Set(["EPERM", "EACCES", "EROFS", "EBUSY"]);

async function giveAccess(file: string, { uid, gid, mode }: Stats): Promise<void> {
  const own = await stat(file);
  if (own.uid !== uid || own.gid !== gid) {
    await chown(file, uid, gid);
  }
  await chmod(file, mode & 0o7777);
}

async function orAbsent<Value>(looked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await looked;
  } catch (error) {
    if (isAbsent(error)) {
      return undefined;
    }
    throw error;
  }
}
