import { spawn } from "node:child_process";
import type { Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { interruption } from "./interruptible.ts";

/** More than any file that somebody names has; a pipe can be without an end. */
const mostBytes = 256 * 1024 * 1024;

/**
 * The text (UTF-8) of a file that somebody named. Named pipes are read to
 * their end, as `<(command)` of a shell gives them; waiting for their writer
 * ends with the interruption (`interruptibleBy`). Rejects with the system's
 * error, or one that says what the thing is (a terminal, a socket, a device)
 * where reading it would have no end.
 */
export async function readText(file: string): Promise<string> {
  return (await readBytes(file)).toString("utf8");
}

/** The same as bytes. */
export async function readBytes(file: string): Promise<Buffer> {
  const info = await stat(file);
  if (info.isFIFO()) {
    return readPipe(file);
  }
  refuseEndless(file, info);
  return readFile(file, { signal: interruption() });
}

/** /dev/null (major 1, minor 3 in Linux' and macOS' 3:2) is an empty file to everybody. */
const nullDevices: ReadonlySet<number> = new Set([0x103, 0x3000002]);

function refuseEndless(file: string, info: Stats): void {
  if (info.isSocket() || info.isBlockDevice() || (info.isCharacterDevice() && !nullDevices.has(info.rdev))) {
    const what = info.isSocket() ? "a socket" : "a device";
    throw Object.assign(new Error(`it is ${what}, not a file, open '${file}'`), { code: "ENOTSUP", path: file });
  }
}

/**
 * By `cat`, a process of its own that can be ended: an `open` that waits for a
 * writer holds a thread of Node's pool, and then not even `process.exit` ends
 * this process.
 */
async function readPipe(file: string): Promise<Buffer> {
  const signal = interruption();
  signal.throwIfAborted();
  // What a shell has opened for this process, no other can open by that name.
  const given = file === "/dev/stdin" ? 0 : Number(/^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(file)?.[1] ?? Number.NaN);
  const isGiven = Number.isInteger(given);
  const reader = spawn("cat", isGiven ? [] : ["--", file], { stdio: [isGiven ? given : "ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    reader.once("error", reject);
    reader.once("close", resolve);
  });
  const stop = (): void => void reader.kill("SIGKILL");
  signal.addEventListener("abort", stop, { once: true });
  const chunks: Buffer[] = [];
  let bytes = 0;
  let said = "";
  // The stream's own type leaves open that it may be null, as it is with other `stdio`.
  reader.stdout?.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) {
      stop();
    }
  });
  reader.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  const code = await ended.finally(() => signal.removeEventListener("abort", stop));
  if (code === null) {
    // A terminal's Ctrl-C ends it too, and may do so before this process has heard of it.
    await pause(100);
  }
  signal.throwIfAborted();
  if (bytes > mostBytes) {
    throw Object.assign(new Error(`it gives more than 256 MiB, read '${file}'`), { code: "EFBIG", path: file });
  }
  if (code !== 0) {
    throw new Error(said.trim() || `cat ended with ${code ?? "a signal"}, read '${file}'`);
  }
  return Buffer.concat(chunks);
}
