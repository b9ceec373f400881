import { closeSync, writeFileSync } from "node:fs";
import { openForWriting } from "./open-for-writing.ts";

/** Writes a file that somebody named for output; what was there is replaced. Throws the system's error. */
export function writeText(file: string, text: string, mode: number): void {
  const descriptor = openForWriting(file, { append: false, mode });
  try {
    writeFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}
