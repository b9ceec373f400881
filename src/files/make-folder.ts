import { mkdir, stat } from "node:fs/promises";
import path from "node:path";

/**
 * Makes a folder and those above it that are missing, each with `mode`; gives
 * the first that it made, undefined where all were there. Rejects with the
 * system's error.
 *
 * Not by Node's `recursive`: where a folder is there and takes no new entries
 * with ENOENT, as those of procfs do, that one tries for ever, on a thread that
 * no signal reaches (https://github.com/nodejs/node/blob/v20.18.1/src/node_file.cc, MKDirpAsync).
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<string | undefined> {
  const missing: string[] = [];
  let above = path.resolve(folder);
  while (!(await isFolder(above))) {
    missing.unshift(above);
    above = path.dirname(above);
  }
  for (const one of missing) {
    await mkdir(one, { mode }).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster.
      if (error.code !== "EEXIST") {
        throw error;
      }
    });
  }
  return missing[0];
}

/** False where there is nothing. Rejects for a file, and below one. */
async function isFolder(place: string): Promise<boolean> {
  try {
    if ((await stat(place)).isDirectory()) {
      return true;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return false;
    }
    throw error;
  }
  throw Object.assign(new Error(`ENOTDIR: not a directory, mkdir '${place}'`), { code: "ENOTDIR", path: place });
}
