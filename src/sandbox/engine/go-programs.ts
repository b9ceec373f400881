import { mkdir, readdir } from "node:fs/promises";
import { availableParallelism, freemem } from "node:os";
import path from "node:path";
import type { OnProgress } from "../../core/progress.ts";
import { createBuildProgress, isCompiledPackage, isFetchedModule, isModuleRequest } from "./build-progress.ts";
import { commandFailure } from "./engine-diagnostic.ts";
import { runCommand, type CommandOutput, type RunCommandOptions } from "../process/run-command.ts";
import { goMemory } from "./go-memory.ts";
import { runStep } from "./run-step.ts";

export interface GoOptions {
  /** The `go` to use. */
  readonly go: string;
  /** The folder of go.mod. */
  readonly sourceDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Go programs of one module that are compiled by one command. */
export interface GoPrograms {
  readonly packages: readonly string[];
  readonly tags: readonly string[];
  /** `-X` and the like. */
  readonly linkerFlags: string;
  /** What is done, in the present: `compiling Pebble`. */
  readonly task: string;
  /** Processor seconds from an empty build cache: measured on two cores, times two. */
  readonly processorSeconds: number;
}

const downloadTimeoutMs = 45 * 60_000;
const buildTimeoutMs = 3 * 60 * 60_000;
const noteEveryMs = 2_000;

/**
 * Fetches every module of a go.mod into Go's own module cache, checked against
 * go.sum. `what` are the programs that people know: `Kubernetes and etcd`. At
 * once where they are already there. A UserError (ISM712).
 */
export async function fetchModules(options: GoOptions, what: string, expectedSeconds: number): Promise<void> {
  const step = { subject: "Go modules", task: `downloading the sources of ${what}`, expectedSeconds };
  await runStep(options.onProgress, step, async (note) => {
    let fetched = 0;
    const onLine = (line: string): void => {
      if (isFetchedModule(line)) {
        fetched += 1;
        if (fetched % 10 === 0) {
          note(`${fetched} modules fetched`);
        }
      }
    };
    try {
      await runGo(["mod", "download", "-x"], downloadTimeoutMs, options, {
        onLine,
        isProgress: isModuleRequest,
      });
    } catch (error) {
      throw commandFailure(
        "ISM712",
        `The sources of ${what} could not be fetched`,
        "See what go said above. Then run the same command again: what has arrived is kept.",
        error,
      );
    }
  });
}

/**
 * Compiles programs into `target`, named like their folders. What Go's build
 * cache has is not compiled again, so a build that was killed goes on where it
 * was. A UserError (ISM713).
 */
export async function compilePrograms(options: GoOptions, programs: GoPrograms, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  const expectedSeconds = Math.round(programs.processorSeconds / availableParallelism());
  const step = { subject: "Go programs", task: programs.task, expectedSeconds };
  await runStep(options.onProgress, step, async (note, elapsed) => {
    const before = new Set(await readdir(target));
    const tags = programs.tags.length === 0 ? [] : ["-tags", programs.tags.join(",")];
    const packages = await countPackages([...tags, ...programs.packages], options);
    const progress = createBuildProgress({ packages, programs: programs.packages.length, expectedSeconds });
    const noteProgress = async (): Promise<void> => {
      const written = (await readdir(target)).filter((name) => !before.has(name)).length;
      note(progress.describe(written, elapsed()));
    };
    const timer = setInterval(() => void noteProgress(), noteEveryMs);
    try {
      const output = ["-ldflags", programs.linkerFlags, "-o", `${target}${path.sep}`];
      await runGo(["build", "-v", "-trimpath", ...tags, ...output, ...programs.packages], buildTimeoutMs, options, {
        onLine: progress.addLine,
        isProgress: isCompiledPackage,
      });
    } catch (error) {
      throw commandFailure(
        "ISM713",
        `The step "${programs.task}" failed`,
        "See what the compiler said above. Run the same command again: what is compiled is kept.",
        error,
      );
    } finally {
      clearInterval(timer);
    }
  });
}

/** The folder of a module's sources in Go's module cache. A UserError (ISM712). */
export async function moduleSourceDir(options: GoOptions, module: string, owner: string): Promise<string> {
  try {
    const { stdout } = await runGo(["list", "-m", "-f", "{{.Dir}}", module], 60_000, options);
    return stdout.trim();
  } catch (error) {
    throw commandFailure(
      "ISM712",
      `${owner} sources were not found in Go's module cache`,
      "Run the same command again.",
      error,
    );
  }
}

async function countPackages(args: readonly string[], options: GoOptions): Promise<number> {
  try {
    const { stdout } = await runGo(["list", "-deps", ...args], 300_000, options);
    return stdout.split("\n").length;
  } catch (error) {
    throw commandFailure(
      "ISM713",
      "The packages of the engine's programs could not be listed",
      "See what go said above.",
      error,
    );
  }
}

async function runGo(
  args: readonly string[],
  timeoutMs: number,
  options: GoOptions,
  watch: Pick<RunCommandOptions, "onLine" | "isProgress"> = {},
): Promise<CommandOutput> {
  return await runCommand(options.go, args, {
    signal: options.signal,
    timeoutMs,
    cwd: options.sourceDir,
    // Static programs, exactly the pinned modules, exactly this toolchain; a workspace around the folder must not get in.
    env: {
      ...options.env,
      ...goMemory(
        { freeBytes: freemem(), availableBytes: process.availableMemory(), cores: availableParallelism() },
        options.env,
      ),
      CGO_ENABLED: "0",
      GOFLAGS: "-mod=readonly",
      GOTOOLCHAIN: "local",
      GOWORK: "off",
    },
    ...watch,
  });
}
