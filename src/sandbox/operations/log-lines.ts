import { open } from "node:fs/promises";

/** Enough for the lines that anybody asks for, without reading a log of days. */
const longestRead = 4 * 1024 * 1024;

/** The last lines of a text file; none where there is no file. */
export async function readLastLines(file: string, count: number): Promise<readonly string[]> {
  const { text } = await readEnd(file);
  const lines = splitLines(text);
  return count === 0 ? [] : lines.slice(-count);
}

/** The end of a file and where the file ended then. */
export async function readEnd(file: string): Promise<{ readonly text: string; readonly size: number }> {
  try {
    const handle = await open(file, "r");
    try {
      const { size } = await handle.stat();
      const start = Math.max(0, size - longestRead);
      return { text: await readPart(handle, start, size), size };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return { text: "", size: 0 };
    }
    throw error;
  }
}

/** Splits a text into its lines, without an empty one at its end. */
export function splitLines(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

async function readPart(handle: Awaited<ReturnType<typeof open>>, start: number, end: number): Promise<string> {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  return buffer.toString("utf8", 0, bytesRead);
}
