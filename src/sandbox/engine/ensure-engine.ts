import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../../files/make-folder.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { OnProgress } from "../../core/progress.ts";
import { engineDiagnostic } from "./engine-diagnostic.ts";
import { readEngine } from "./engine-manifest.ts";
import { parsePins, readPinnedFiles } from "./engine-pins.ts";
import { locateEngine, type EngineLocation } from "./find-engine.ts";
import { installHostPackages, missingHostPackages, systemFolders } from "./host-packages.ts";
import { checkKernelNetworking } from "./preflight/kernel-networking.ts";
import { acquireLock, type Release } from "./lock.ts";
import { makeEngine, type EngineBuild } from "./make-engine.ts";
import type { EngineParts } from "./parts.ts";

export interface EnsureEngineOptions extends EngineLocation {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Longer than a build takes on the slowest machine that can run a sandbox. */
const lockTimeoutMs = 4 * 60 * 60_000;

/**
 * The sandbox engine: at once and without network when the cache has it, else
 * made now, and missing programs of the system installed. Only one run at a
 * time makes it; others wait and use it. It is made in a folder beside its
 * place and moved there when it is complete, so a run that is killed leaves no
 * half engine, and Go's caches with what was done.
 *
 * A UserError (ISM708 to ISM719) when it cannot be made; throws the signal's
 * reason when aborted. Run `checkPreflight` first: it names what the machine lacks.
 */
export async function ensureEngine(options: EnsureEngineOptions): Promise<EngineParts> {
  const { key, dir, sourceDir } = locateEngine(options);
  const env = completeEnvironment(options.env);
  const known = readEngine(dir, key);
  if (known !== undefined) {
    // A cache that came from another machine does not bring the system's programs.
    await installHostPackages(missingHostPackages("run", env), { ...options, env });
    return known;
  }
  const engines = path.dirname(dir);
  await makeEngines(engines);
  const release = await lockEngines(engines, options);
  try {
    return readEngine(dir, key) ?? (await makeEngineInPlace({ ...options, env, key, dir, sourceDir }));
  } finally {
    await release();
  }
}

/** The environment of every command: PATH has root's folders of programs, which a plain `su` leaves out. */
function completeEnvironment(given: EnsureEngineOptions["env"]): EngineBuild["env"] {
  const env = { ...process.env, ...given };
  return { ...env, PATH: [env["PATH"] ?? "", ...systemFolders].join(path.delimiter) };
}

async function lockEngines(engines: string, options: EnsureEngineOptions): Promise<Release> {
  const { signal, onProgress } = options;
  const wait = { subject: "sandbox engine", task: "waiting for another run" };
  let waitingSince: number | undefined;
  const release = await acquireLock(path.join(engines, "lock"), {
    signal,
    timeoutMs: lockTimeoutMs,
    onWait: (note) => {
      waitingSince = performance.now();
      onProgress({ kind: "task.started", ...wait });
      onProgress({ kind: "task.note", ...wait, note });
    },
  });
  if (waitingSince !== undefined) {
    onProgress({ kind: "task.done", ...wait, seconds: (performance.now() - waitingSince) / 1000 });
  }
  return release;
}

interface MakeEngineOptions extends EnsureEngineOptions {
  readonly env: EngineBuild["env"];
  readonly key: string;
  readonly dir: string;
  readonly sourceDir: string;
}

async function makeEngineInPlace(options: MakeEngineOptions): Promise<EngineParts> {
  const { key, dir, sourceDir, env, onProgress } = options;
  const engines = path.dirname(dir);
  const cacheDir = path.dirname(engines);
  await removeLeftovers(engines, cacheDir);
  const making = await mkdtemp(path.join(engines, `making-${key}-`));
  // One part that fails stops the others.
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const build: EngineBuild = {
    key,
    pins: parsePins(readPinnedFiles(sourceDir)),
    sourceDir,
    cacheDir,
    dir: path.join(making, "engine"),
    workDir: path.join(making, "work"),
    env,
    signal,
    onProgress,
  };
  try {
    await mkdir(path.join(build.dir, "bin"), { recursive: true });
    await mkdir(build.workDir);
    await installHostPackages(missingHostPackages("make", env), build);
    const lacking = await checkKernelNetworking(env, signal);
    if (lacking.length > 0) {
      throw new UserError(lacking, exitCodes.failed);
    }
    await makeEngine(build, failed);
    // What was there is not complete, else it would have been used.
    await rm(dir, { recursive: true, force: true });
    await rename(build.dir, dir);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  const made = readEngine(dir, key);
  if (made === undefined) {
    throw new UserError(
      [
        engineDiagnostic(
          "ISM720",
          `The engine in ${dir} was changed while it was moved there.`,
          "Run the same command again.",
        ),
      ],
      exitCodes.failed,
    );
  }
  return made;
}

/** Removes what runs that were killed left behind. Only the holder of the lock may. */
async function removeLeftovers(engines: string, cacheDir: string): Promise<void> {
  const places = [
    { folder: engines, prefix: "making-" },
    { folder: cacheDir, prefix: "incoming-" },
    { folder: path.join(cacheDir, "downloads"), prefix: "incoming-" },
  ];
  for (const { folder, prefix } of places) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((one) => one.startsWith(prefix))) {
      await rm(path.join(folder, name), { recursive: true, force: true });
    }
  }
}

async function makeEngines(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new UserError(
      [
        engineDiagnostic(
          "ISM719",
          `The sandbox engine is kept in ${folder}, where nothing can be written: ${(error as Error).message}.`,
          "Make the folder writable, or name another one with ISTHMUS_CACHE_DIR.",
        ),
      ],
      exitCodes.failed,
      { cause: error },
    );
  }
}
