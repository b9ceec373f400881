import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { PolicyCase } from "../../src/core/testing/arbitrary-policies.ts";
import { caseProbes } from "../../src/core/testing/arbitrary-policies.ts";
import type { Verdicts } from "../../src/core/testing/verdicts-of.ts";
import { withoutItself } from "../../src/core/testing/verdicts-of.ts";
import { cacheFolder } from "../../src/sandbox/engine/cache-folder.ts";
import { parsePins, readPinnedFiles } from "../../src/sandbox/engine/engine-pins.ts";
import { findEngineSource } from "../../src/sandbox/engine/engine-source.ts";
import { ensureGoToolchain } from "../../src/sandbox/engine/go-toolchain.ts";
import { runCommand } from "../../src/sandbox/process/run-command.ts";

export type Engine = "kube-network-policies" | "cyclonus";

/** A built oracle: `test/network-policies/oracle`, a Go program over both engines. */
export interface Oracle {
  /** What these engines say of each case, in the order of the cases. */
  readonly ask: (
    cases: readonly PolicyCase[],
    engines: readonly Engine[],
  ) => Promise<readonly Readonly<Partial<Record<Engine, Verdicts>>>[]>;
  /** Processor seconds that an engine's verdicts on one case take, on one core, and how many connections come about. */
  readonly time: (engine: Engine, one: object) => Promise<{ readonly seconds: number; readonly allowed: number }>;
  readonly remove: () => void;
}

/** Builds the oracle with the sandbox's Go, its modules from the module proxy; minutes the first time, seconds after. */
export async function buildOracle(): Promise<Oracle> {
  const sourceDir = findEngineSource();
  const common = { env: process.env, signal: new AbortController().signal };
  const go = await ensureGoToolchain({
    ...common,
    sourceDir,
    pins: parsePins(readPinnedFiles(sourceDir)),
    cacheDir: cacheFolder(process.env),
    onProgress: () => {},
  });
  const folder = mkdtempSync(path.join(tmpdir(), "isthmus-oracle-"));
  const program = path.join(folder, "oracle");
  await runCommand(go, ["build", "-trimpath", "-o", program, "."], {
    ...common,
    cwd: path.join(path.dirname(sourceDir), "test", "network-policies", "oracle"),
    timeoutMs: 30 * 60_000,
  });
  return {
    ask: async (cases, engines) => {
      const lines = cases.map((one) => JSON.stringify({ ...one, probes: caseProbes }));
      const [only, ...others] = engines;
      const answers = await talk(program, only === undefined || others.length > 0 ? [] : ["-engine", only], lines);
      return answers.map((line, index) => {
        const said = JSON.parse(line) as Readonly<Record<Engine, Verdicts>>;
        const one = cases[index];
        return Object.fromEntries(
          engines.map((engine) => [
            engine,
            one === undefined ? [] : said[engine].map((rows) => withoutItself(one, rows)),
          ]),
        );
      });
    },
    time: async (engine, one) => {
      const [answer = ""] = await talk(program, ["-time", engine], [JSON.stringify(one)]);
      return JSON.parse(answer) as { readonly seconds: number; readonly allowed: number };
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One line out for each line in; rejects with what the program says when it ends early. */
async function talk(program: string, args: readonly string[], lines: readonly string[]): Promise<readonly string[]> {
  const child = spawn(program, [...args], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on("close", resolve);
  });
  child.stdin.end(lines.map((line) => `${line}\n`).join(""));
  const answers: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    answers.push(line);
  }
  if ((await ended) !== 0 || answers.length !== lines.length) {
    throw new Error(`the oracle answered ${answers.length} of ${lines.length} cases: ${said}`);
  }
  return answers;
}
