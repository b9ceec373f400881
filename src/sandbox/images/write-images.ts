import { chmod, copyFile, link, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describeArchive, type ArchiveImage, type Layer } from "./docker-archive.ts";
import type { ImageRecipe } from "./image-recipes.ts";
import { copyNodeRuntime } from "./node-runtime.ts";
import { packTar, writeLayer } from "./write-layer.ts";

export interface WriteImagesOptions<Source extends string> {
  readonly recipes: Readonly<Record<string, ImageRecipe<Source>>>;
  /** The files that layers are filled from. */
  readonly sources: Readonly<Record<Source, string>>;
  /** What is below the images that ask for a base. */
  readonly base?: Layer;
  readonly workDir: string;
  /** The program of Node that goes into the images that need it. */
  readonly node: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Receives each image's name when its layer is done. */
  readonly onImage: (name: string) => void;
}

/**
 * Writes all images into one docker-archive, in which a layer that several
 * share is there once, and gives its path. Throws a CommandError.
 */
export async function writeImages<Source extends string>(options: WriteImagesOptions<Source>): Promise<string> {
  const images: ArchiveImage[] = [];
  for (const [name, recipe] of Object.entries(options.recipes)) {
    const layer = await writeOwnLayer(name, recipe, options);
    images.push({ recipe, layers: recipe.base && options.base !== undefined ? [options.base, layer] : [layer] });
    options.onImage(recipe.name);
  }
  return await writeArchive(images, options);
}

async function writeOwnLayer<Source extends string>(
  name: string,
  recipe: ImageRecipe<Source>,
  options: WriteImagesOptions<Source>,
): Promise<Layer> {
  const root = path.join(options.workDir, `layer-${name}`);
  for (const file of recipe.files) {
    const target = path.join(root, file.target);
    await mkdir(path.dirname(target), { recursive: true });
    await copyFile(options.sources[file.source], target);
    await chmod(target, file.mode);
  }
  if (recipe.nodeRuntime !== undefined) {
    const { node, env, signal } = options;
    await copyNodeRuntime({ node, target: path.join(root, recipe.nodeRuntime), env, signal });
  }
  const layer = await writeLayer({
    root,
    file: `${root}.tar`,
    env: options.env,
    signal: options.signal,
  });
  await rm(root, { recursive: true });
  return layer;
}

async function writeArchive(
  images: readonly ArchiveImage[],
  options: Pick<WriteImagesOptions<string>, "workDir" | "env" | "signal">,
): Promise<string> {
  const root = path.join(options.workDir, "archive");
  for (const entry of describeArchive(images)) {
    const target = path.join(root, entry.path);
    await mkdir(path.dirname(target), { recursive: true });
    if ("layer" in entry) {
      await link(entry.layer, target);
    } else {
      await writeFile(target, entry.content);
    }
  }
  const file = path.join(options.workDir, "images.tar");
  await packTar({ root, file, env: options.env, signal: options.signal });
  await rm(root, { recursive: true });
  return file;
}
