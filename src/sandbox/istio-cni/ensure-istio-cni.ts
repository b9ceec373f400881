import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { OnProgress } from "../../core/progress.ts";
import { makeFolder } from "../../files/make-folder.ts";
import { linkerFlags } from "../engine/build-programs.ts";
import { cacheFolder } from "../engine/cache-folder.ts";
import { commandFailure } from "../engine/engine-diagnostic.ts";
import { parsePins, readPinnedFiles, type EnginePins, type PinnedFile } from "../engine/engine-pins.ts";
import { findEngineSource } from "../engine/engine-source.ts";
import { compilePrograms, fetchModules, type GoOptions } from "../engine/go-programs.ts";
import { ensureGoToolchain } from "../engine/go-toolchain.ts";
import { installHostPackages, missingHostPackages, systemFolders } from "../engine/host-packages.ts";
import { acquireLock } from "../engine/lock.ts";
import { runStep } from "../engine/run-step.ts";
import { makeBaseLayer } from "../images/base-layer.ts";
import { istioCniRecipe, type IstioCniSource } from "../images/image-recipes.ts";
import { writeImages } from "../images/write-images.ts";

export interface EnsureIstioCniOptions {
  /** The whole environment; `ISTHMUS_CACHE_DIR` counts. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** The image of istio-cni's agent, of the engine's release of Istio. */
export interface IstioCniImage {
  /** A docker-archive with it. */
  readonly archive: string;
  /** Registry, repository and tag, as Istio's chart names it. */
  readonly name: string;
}

/** Longer than a build takes on the slowest machine that can run a sandbox. */
const lockTimeoutMs = 4 * 60 * 60_000;
const subject = "istio-cni";
const packages = ["istio.io/istio/cni/cmd/install-cni", "istio.io/istio/cni/cmd/istio-cni"] as const;

/**
 * The image of istio-cni: at once and without network when the cache has it,
 * else made now from the sources that the engine is made of (half a minute
 * where the engine was compiled on this machine). Only one run at a time makes
 * it. UserErrors ISM711 to ISM713, ISM715, ISM716, ISM718; throws the signal's
 * reason when aborted.
 */
export async function ensureIstioCni(options: EnsureIstioCniOptions): Promise<IstioCniImage> {
  const sourceDir = findEngineSource();
  const texts = readPinnedFiles(sourceDir);
  const pins = parsePins(texts);
  const folder = path.join(cacheFolder(options.env), "istio-cni");
  const archive = path.join(folder, `${computeIstioCniKey(texts)}.tar`);
  const image: IstioCniImage = { archive, name: istioCniRecipe(pins.istio).name };
  if (existsSync(archive)) {
    return image;
  }
  await makeFolder(folder);
  const release = await acquireLock(path.join(folder, "lock"), {
    signal: options.signal,
    timeoutMs: lockTimeoutMs,
    onWait: (note) => options.onProgress({ kind: "task.note", subject, task: "waiting for another run", note }),
  });
  try {
    if (!existsSync(archive)) {
      await makeImage({ ...options, env: wholeEnvironment(options.env), pins, sourceDir, archive });
    }
  } finally {
    await release();
  }
  return image;
}

/** 16 hex digits that are equal exactly when Istio's sources, what the image is made of and how are. */
export function computeIstioCniKey(texts: Readonly<Record<PinnedFile, string>>): string {
  const pins = parsePins(texts);
  return createHash("sha256")
    .update(JSON.stringify([texts["go.mod"], texts["go.sum"], pins.debian, istioCniRecipe(pins.istio), packages]))
    .digest("hex")
    .slice(0, 16);
}

function wholeEnvironment(env: EnsureIstioCniOptions["env"]): EnsureIstioCniOptions["env"] {
  const own = { ...process.env, ...env };
  return { ...own, PATH: [own["PATH"] ?? "", ...systemFolders].join(path.delimiter) };
}

interface MakeOptions extends EnsureIstioCniOptions {
  readonly pins: EnginePins;
  readonly sourceDir: string;
  readonly archive: string;
}

async function makeImage(options: MakeOptions): Promise<void> {
  const { pins, sourceDir, env, signal, onProgress } = options;
  const go: GoOptions = {
    ...options,
    go: await ensureGoToolchain({ ...options, cacheDir: cacheFolder(env) }),
  };
  const workDir = await mkdtemp(`${options.archive}.making-`);
  try {
    await fetchModules(go, "Istio", 90);
    const bin = path.join(workDir, "bin");
    const task = `compiling istio-cni ${pins.istio}`;
    await compilePrograms(
      { ...go, sourceDir },
      { packages, tags: [], linkerFlags: linkerFlags(pins), task, processorSeconds: 400 },
      bin,
    );
    await installHostPackages(missingHostPackages("make", env), { env, signal, onProgress });
    const sources = { "install-cni": path.join(bin, "install-cni"), "istio-cni": path.join(bin, "istio-cni") };
    await rename(await writeArchive({ ...options, workDir }, sources), options.archive);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function writeArchive(
  options: MakeOptions & { readonly workDir: string },
  sources: Readonly<Record<IstioCniSource, string>>,
): Promise<string> {
  const { pins, workDir, env, signal } = options;
  const step = { subject, task: "writing its image", expectedSeconds: 30 };
  return await runStep(options.onProgress, step, async (note) => {
    try {
      const base = await makeBaseLayer({ pins, workDir, env, signal });
      const recipes = { istioCni: istioCniRecipe(pins.istio) };
      return await writeImages({ recipes, sources, base, workDir, node: "", env, signal, onImage: note });
    } catch (error) {
      throw commandFailure(
        "ISM715",
        "The image of istio-cni could not be made",
        "See what mmdebstrap said above; mostly a mirror cannot be reached. Then run the same command again.",
        error,
      );
    }
  });
}
