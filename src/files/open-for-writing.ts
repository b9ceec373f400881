import { closeSync, constants, openSync, statSync } from "node:fs";

/**
 * Opens a file that somebody named for output and gives its descriptor. A
 * named pipe that nobody reads is an error at once (ENXIO), where opening it
 * plainly would stop the whole program until somebody does.
 */
export function openForWriting(file: string, options: { readonly append: boolean; readonly mode: number }): number {
  const { O_WRONLY, O_RDWR, O_CREAT, O_APPEND, O_TRUNC, O_NONBLOCK } = constants;
  if (statSync(file, { throwIfNoEntry: false })?.isFIFO() === true) {
    try {
      // Writing may block again: a reader is there, and no half line shall be lost.
      const probe = openSync(file, O_WRONLY | O_NONBLOCK);
      try {
        return openSync(file, O_WRONLY);
      } finally {
        closeSync(probe);
      }
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === "ENXIO"
        ? Object.assign(new Error(`it is a pipe that nobody reads, open '${file}'`), { code: "ENXIO", path: file })
        : error;
    }
  }
  return openSync(file, (options.append ? O_RDWR | O_APPEND : O_WRONLY | O_TRUNC) | O_CREAT, options.mode);
}
