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
  options.signal?.throwIfAborted();
  const { timeoutMs } = options;
  const isLong = timeoutMs !== undefined;
  const [program, ...words] = isLong ? ["setpriv", "--pdeathsig", "KILL", "--", file, ...args] : [file, ...args];
  const child = spawn(program, words, {
    stdio: ["pipe", "pipe", "pipe"],
    detached: isLong,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
  });
  // A program that ends without reading its input breaks the pipe; its exit code says why.
  child.stdin.on("error", () => undefined).end(options.input);
  const last: string[] = [];
  const stdout = collect(child.stdout, last, options);
  const stderr = collect(child.stderr, last, options);

  let late = false;
  const kill = (): void => (isLong ? killGroup(child.pid) : void child.kill("SIGKILL"));
  const timer = isLong
    ? setTimeout(() => {
        late = true;
        kill();
      }, timeoutMs)
    : undefined;
  options.signal?.addEventListener("abort", kill, { once: true });
  try {
    const end = await new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal }));
    });
    options.signal?.throwIfAborted();
    if (late) {
      throw new CommandError(
        `${describeCommand(file, args)} did not end within ${Math.round((timeoutMs ?? 0) / 1000)} s and was stopped`,
        last,
        false,
      );
    }
    if (end.code !== 0) {
      throw failure(file, args, end, last);
    }
    return { stdout: stdout(), stderr: stderr() };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof CommandError) {
      throw error;
    }
    const missing = !isLong && (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new CommandError(`${file} ${missing ? "is not installed" : "could not be started"}`, last, true, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", kill);
  }
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function failure(file: string, args: readonly string[], end: Ended, last: readonly string[]): CommandError {
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
