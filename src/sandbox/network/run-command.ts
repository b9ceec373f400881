import { spawn } from "node:child_process";

export interface CommandOptions {
  /** Written to the program's standard input. */
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/**
 * The environment for programs of the operating system: found also where a
 * root shell's PATH has no sbin folders, with untranslated messages.
 */
export function systemEnvironment(): Readonly<Record<string, string>> {
  return {
    PATH: [process.env["PATH"] ?? "", "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"].join(":"),
    LC_ALL: "C",
  };
}

/** A program that could not be started or did not end with 0. `output` is what it wrote to standard error. */
export class CommandError extends Error {
  readonly command: string;
  readonly output: string;
  /** `ENOENT` and the like where it could not be started. */
  readonly startError: string | undefined;

  constructor(command: string, output: string, startError: string | undefined, options?: { cause?: unknown }) {
    super(`\`${command}\` failed: ${output.trim() === "" ? (startError ?? "no message") : output.trim()}`, options);
    this.name = "CommandError";
    this.command = command;
    this.output = output;
    this.startError = startError;
  }
}

/**
 * Runs a program of the operating system to its end and gives its standard
 * output. Throws `CommandError` when it fails, the signal's reason when that fires.
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  options.signal?.throwIfAborted();
  const shown = [program, ...args].join(" ");
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: systemEnvironment(),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    // A program that ends without reading its input breaks the pipe; its exit code tells the story.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    child.on("error", (cause: NodeJS.ErrnoException) => {
      reject(
        options.signal?.aborted === true
          ? options.signal.reason
          : new CommandError(shown, errors, cause.code, { cause }),
      );
    });
    child.on("close", (code, killedBy) => {
      if (code === 0) {
        resolve(output);
      } else {
        reject(
          new CommandError(shown, errors, killedBy === null ? `exit code ${String(code)}` : `ended by ${killedBy}`),
        );
      }
    });
  });
}
