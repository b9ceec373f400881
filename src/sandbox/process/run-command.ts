import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface RunCommandOptions {
  readonly signal?: AbortSignal;
  /**
   * For work that may be long: after this the command is killed, and the error
   * says so. Such a command runs in a process group of its own, which is killed
   * as a whole, and dies when this process is killed: `setpriv` of util-linux
   * asks the kernel for that.
   */
  readonly timeoutMs?: number;
  readonly cwd?: string;
  /** The whole environment of the command; default is this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to the command's standard input; nothing is there to read without it. */
  readonly input?: string;
  /** Receives every line of stdout and stderr, as they come. */
  readonly onLine?: (line: string) => void;
  /** True for lines that only tell how far the command is: they are left out of an error's last lines. */
  readonly isProgress?: (line: string) => boolean;
}

export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that could not be started, ended with an error, or took too long. `lastLines` is the end of what it said. */
export class CommandError extends Error {
  readonly lastLines: readonly string[];
  /** True when the program itself is not there. */
  readonly notFound: boolean;

  constructor(message: string, lastLines: readonly string[], notFound: boolean, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "CommandError";
    this.lastLines = lastLines;
    this.notFound = notFound;
  }

  /** The message with what the command said. */
  explain(): string {
    return this.lastLines.length === 0 ? this.message : `${this.message}: ${this.lastLines.join("; ")}`;
  }
}

const keptLines = 12;
const keptCharacters = 4_000_000;

/**
 * Runs a program to its end and gives what it printed. Throws a CommandError
 * when it fails, and the signal's reason when aborted.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: RunCommandOptions,
): Promise<CommandOutput> {
  const { signal } = options;
  signal?.throwIfAborted();
  const child = start(file, args, options);
  const last: string[] = [];
  const stdout = collect(child.stdout, last, options);
  const stderr = collect(child.stderr, last, options);
  const end = await untilEnded(child, options).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw notStarted(file, options, last, error);
  });
  signal?.throwIfAborted();
  if (end.lateMs !== undefined || end.code !== 0) {
    throw failure(file, args, end, last);
  }
  return { stdout: stdout(), stderr: stderr() };
}

function start(
  file: string,
  args: readonly string[],
  { timeoutMs, cwd, env, input }: RunCommandOptions,
): ChildProcessWithoutNullStreams {
  const isLong = timeoutMs !== undefined;
  const [program, ...words] = isLong ? ["setpriv", "--pdeathsig", "KILL", "--", file, ...args] : [file, ...args];
  const child = spawn(program, words, {
    stdio: ["pipe", "pipe", "pipe"],
    detached: isLong,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env: { ...env } }),
  });
  // A program that ends without reading its input breaks the pipe; its exit code says why.
  child.stdin.on("error", () => undefined).end(input);
  return child;
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** After how much time it was killed, in milliseconds; undefined where it ended by itself. */
  readonly lateMs: number | undefined;
}

/** Waits for the end, which the signal and the time limit bring about. Rejects when it could not be started. */
async function untilEnded(
  child: ChildProcessWithoutNullStreams,
  { signal, timeoutMs }: RunCommandOptions,
): Promise<Ended> {
  let lateMs: number | undefined;
  const kill = (): void => (timeoutMs === undefined ? void child.kill("SIGKILL") : killGroup(child.pid));
  const giveUp = (): void => {
    lateMs = timeoutMs;
    kill();
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
  signal?.addEventListener("abort", kill, { once: true });
  try {
    return await new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, by) => resolve({ code, signal: by, lateMs }));
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", kill);
  }
}

function notStarted(
  file: string,
  { timeoutMs }: RunCommandOptions,
  last: readonly string[],
  cause: unknown,
): CommandError {
  // With a time limit it is setpriv that could not be started.
  const missing = timeoutMs === undefined && (cause as NodeJS.ErrnoException).code === "ENOENT";
  return new CommandError(`${file} ${missing ? "is not installed" : "could not be started"}`, last, true, { cause });
}

function failure(file: string, args: readonly string[], end: Ended, last: readonly string[]): CommandError {
  if (end.lateMs !== undefined) {
    const seconds = Math.round(end.lateMs / 1000);
    const message = `${describeCommand(file, args)} did not end within ${seconds} s and was stopped`;
    return new CommandError(message, last, false);
  }
  if (end.code === 127 && /No such file or directory/.test(last.join("\n"))) {
    return new CommandError(`${file} is not installed`, last, true);
  }
  const how = end.code === null ? end.signal : `exit code ${end.code}`;
  return new CommandError(`${describeCommand(file, args)} ended with ${how}`, last, false);
}

/** What a message calls the command: its name and the first words after it, without options. */
function describeCommand(file: string, args: readonly string[]): string {
  const inner = args.indexOf("--") + 1;
  if (inner > 0) {
    return describeCommand(args[inner] ?? file, args.slice(inner + 1));
  }
  const words = args.filter((arg) => /^[a-z0-9][\w.:-]*$/i.test(arg)).slice(0, 2);
  return [path.basename(file), ...words].join(" ");
}

/** Kills the process group that `pid` leads. A group that has already ended is what is wanted. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) {
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}

function collect(stream: Readable, last: string[], options: RunCommandOptions): () => string {
  const kept: string[] = [];
  let size = 0;
  createInterface({ input: stream, crlfDelay: Infinity }).on("line", (line) => {
    options.onLine?.(line);
    if (size < keptCharacters) {
      kept.push(line);
      size += line.length + 1;
    }
    if (line.trim() !== "" && options.isProgress?.(line) !== true) {
      last.push(line);
      if (last.length > keptLines) {
        last.shift();
      }
    }
  });
  return () => kept.join("\n");
}
