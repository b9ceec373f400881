import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { createContext } from "../create-context.ts";
import * as texts from "../views/human/on-stderr.ts";
import type { CliContext, CliIo, InputStream, OutputStream } from "../terminal/context.ts";
import { runCli } from "../run-cli.ts";

export interface RunOptions {
  /** Files to write into the fresh folder that the command runs in; names are relative to it. */
  readonly files?: Readonly<Record<string, string>>;
  /** The folder to run in, which stays; a fresh one, removed afterwards, without it. */
  readonly folder?: string;
  /** Nothing but HOME (the fresh folder) is set without it. */
  readonly env?: Readonly<Record<string, string>>;
  /** What stands on stdin; it ends after that. */
  readonly stdin?: string;
  /** True makes all three streams terminals of 80 by 24. */
  readonly tty?: boolean;
  readonly signal?: AbortSignal;
  /** Gets what has been written to stdout so far, whenever something is. */
  readonly onOut?: (out: string) => void;
}

export interface RunResult {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

/**
 * Runs the real command line in this process, in a fresh folder of its own unless one is given.
 * Words are split at spaces; quote a word that has some with single quotes.
 */
export async function runIsthmus(commandLine: string, options: RunOptions = {}): Promise<RunResult> {
  const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), "isthmus-test-")));
  try {
    for (const [name, text] of Object.entries(options.files ?? {})) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    const out = collect(options.tty, options.onOut);
    const err = collect(options.tty);
    const code = await runCli(wordsOf(commandLine), {
      ...ioOf(folder, options),
      stdout: out.stream,
      stderr: err.stream,
    });
    return { out: out.text(), err: err.text(), code };
  } finally {
    if (options.folder === undefined) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** The context of a command that runs in that folder and says nothing. */
export function contextOf(folder: string, env: Readonly<Record<string, string>>): CliContext {
  const globals = {
    color: "never",
    verbose: false,
    quiet: true,
    kubeconfig: undefined,
    clusterTimeout: undefined,
  } as const;
  return createContext([], globals, ioOf(folder, { env }), texts).context;
}

function ioOf(folder: string, options: RunOptions): CliIo {
  const stdin = inputOf(options);
  return {
    stdin: () => stdin,
    stdout: collect(options.tty).stream,
    stderr: collect(options.tty).stream,
    env: { HOME: folder, ...options.env },
    cwd: folder,
    now: () => Date.now(),
    signal: options.signal ?? new AbortController().signal,
    outputClosed: new AbortController().signal,
  };
}

function wordsOf(commandLine: string): readonly string[] {
  return [...commandLine.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

function inputOf(options: RunOptions): InputStream {
  const stream = new PassThrough();
  stream.end(options.stdin ?? "");
  return Object.assign(stream, { isTTY: options.tty === true });
}

function collect(
  tty: boolean | undefined,
  onText?: (all: string) => void,
): { readonly stream: OutputStream; readonly text: () => string } {
  let all = "";
  const write = (text: string): void => {
    all += text;
    onText?.(all);
  };
  return { stream: tty === true ? { write, isTTY: true, columns: 80, rows: 24 } : { write }, text: () => all };
}
