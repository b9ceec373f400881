import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { OnProgress } from "../../core/progress.ts";
import { makeFolder } from "../../files/make-folder.ts";
import { cacheFolder } from "../engine/cache-folder.ts";
import { unpackDebianRoot } from "../engine/debian-root.ts";
import { commandFailure } from "../engine/engine-diagnostic.ts";
import { parsePins, readPinnedFiles } from "../engine/engine-pins.ts";
import { findEngineSource } from "../engine/engine-source.ts";
import { installHostPackages, missingHostPackages } from "../engine/host-packages.ts";
import { acquireLock } from "../engine/lock.ts";
import { runStep } from "../engine/run-step.ts";

export interface DebianProgramsOptions {
  /** The packages whose programs are wanted; what they depend on comes along. */
  readonly packages: readonly string[];
  /** The whole environment; `ISTHMUS_CACHE_DIR` counts. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Programs of Debian packages that are unpacked and not installed. */
export interface DebianPrograms {
  /** The folder that they are in, as if it were `/`. */
  readonly root: string;
  /**
   * The words that start a program, given as `usr/sbin/named`: it runs with the loader and the libraries
   * of its own Debian, whatever this system has.
   */
  readonly command: (program: string) => readonly [string, ...string[]];
}

const machines: Partial<Record<string, { readonly loader: string; readonly libraries: string }>> = {
  x64: { loader: "lib64/ld-linux-x86-64.so.2", libraries: "x86_64-linux-gnu" },
  arm64: { loader: "lib/ld-linux-aarch64.so.1", libraries: "aarch64-linux-gnu" },
};

/** What nothing needs at run time. */
const leftOut = ["usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache", "var/lib/apt"] as const;

/**
 * The programs of Debian packages of the suite that the sandbox pins: at once
 * and without network when the cache has them, else fetched now (half a
 * minute). Several runs at once fetch them once. A UserError (ISM708, ISM710,
 * ISM715, ISM718); throws the signal's reason when aborted.
 */
export async function ensureDebianPrograms(options: DebianProgramsOptions): Promise<DebianPrograms> {
  const { suite } = parsePins(readPinnedFiles(findEngineSource())).debian;
  const packages = options.packages.toSorted();
  const key = createHash("sha256")
    .update([suite, process.arch, ...packages].join("\n"))
    .digest("hex");
  const folder = path.join(cacheFolder(options.env), "debian");
  const root = path.join(folder, key.slice(0, 16));
  if (!existsSync(root)) {
    await makeFolder(folder);
    const release = await acquireLock(`${root}.lock`, {
      signal: options.signal,
      timeoutMs: 20 * 60_000,
      onWait: (note) => options.onProgress({ kind: "task.note", subject: "Debian packages", task: "waiting", note }),
    });
    try {
      if (!existsSync(root)) {
        await unpack({ ...options, packages }, suite, root);
      }
    } finally {
      await release();
    }
  }
  return { root, command: (program) => commandIn(root, program) };
}

async function unpack(options: DebianProgramsOptions, suite: string, root: string): Promise<void> {
  const { packages, signal } = options;
  const env = { ...process.env, ...options.env };
  await installHostPackages(missingHostPackages("make", env), { ...options, env });
  const making = await mkdtemp(`${root}.making-`);
  const step = {
    subject: "Debian packages",
    task: `unpacking ${packages.join(", ")} (${suite})`,
    expectedSeconds: 35,
  };
  try {
    await runStep(options.onProgress, step, async () => {
      const target = path.join(making, "root");
      await unpackDebianRoot({ suite, packages, target, temporaryDir: making, env, signal });
      await Promise.all(leftOut.map((one) => rm(path.join(target, one), { recursive: true, force: true })));
      await rename(target, root);
    });
  } catch (error) {
    throw commandFailure(
      "ISM715",
      `Debian's packages ${packages.join(", ")} could not be unpacked`,
      "See what mmdebstrap said above; mostly a mirror cannot be reached. Then run the same command again.",
      error,
    );
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

function commandIn(root: string, program: string): readonly [string, ...string[]] {
  const machine = machines[process.arch];
  const file = path.join(root, program);
  if (machine === undefined) {
    return [file];
  }
  const libraries = ["usr/lib", "lib"].map((folder) => path.join(root, folder, machine.libraries));
  return [path.join(root, machine.loader), "--library-path", libraries.join(":"), file];
}
