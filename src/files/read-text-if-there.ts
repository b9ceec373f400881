import { interruption } from "./interruptible.ts";
import { isAbsent } from "./is-absent.ts";
import { readText } from "./read-text.ts";

/** As `readText`, and undefined where the path leads to nothing. After an interruption it rejects with that, whatever failed. */
export async function readTextIfThere(file: string): Promise<string | undefined> {
  try {
    return await readText(file);
  } catch (error) {
    interruption().throwIfAborted();
    if (isAbsent(error)) {
      return undefined;
    }
    throw error;
  }
}
