import { readFile } from "node:fs/promises";
import { isAbsent } from "../../files/is-absent.ts";
import { makeFolder } from "../../files/make-folder.ts";
import { replaceFile } from "../../files/replace-file.ts";

/** Writes a file that only its owner can read, whole or not at all (a reader never sees half of it). */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  await replaceFile(file, text, { mode: 0o600 });
}

/** Makes a folder that only its owner can enter, and those above it. Gives the first of them that was not there. */
export async function makePrivateFolder(folder: string): Promise<string | undefined> {
  return makeFolder(folder, 0o700);
}

/** The parsed JSON of a file, or undefined where there is no such file. Throws for anything else. */
export async function readJsonFile(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch (error) {
    if (isAbsent(error)) {
      return undefined;
    }
    throw error;
  }
}
