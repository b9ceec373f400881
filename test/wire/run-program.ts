import { spawn, spawnSync } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import path from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { EventLine } from "../../src/cli/testing/event-lines.ts";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The bundle itself, so that a signal reaches it and no shell before it. */
export const program = path.join(root, "dist", "isthmus.js");

/** The program while it runs, in a process of its own. */
export interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** All lines so far. */
  readonly lines: readonly EventLine[];
  /** Resolves when the process has ended and all of its output is read. */
  readonly ended: Promise<{ readonly code: number | null; readonly err: string }>;
}

/** Builds the program where it is not current; to be called before `runProgram`. */
export function buildProgram(): void {
  const ran = spawnSync(path.join(root, "isthmus"), ["version"], { encoding: "utf8" });
  if (ran.status !== 0) {
    throw new Error(`the program cannot be built: ${ran.stderr}`);
  }
}

/** Starts `<words> -o jsonl` in the world's folder; `onLine` is called for every line of its events at once. */
export function runProgram(
  world: FakeClusters,
  words: readonly string[],
  onLine: (running: Running) => void = () => {},
): Running {
  const child = spawn(process.execPath, [program, ...words, "-o", "jsonl"], {
    cwd: world.folder,
    env: world.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: EventLine[] = [];
  let rest = "";
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const ended = new Promise<{ readonly code: number | null; readonly err: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, err }));
  });
  const running: Running = { child, lines, ended };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const whole = (rest + text).split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) {
      lines.push(JSON.parse(line) as EventLine);
      onLine(running);
    }
  });
  return running;
}
