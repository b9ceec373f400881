import { createHash } from "node:crypto";
import type { ImageRecipe } from "./image-recipes.ts";

/** A layer as an uncompressed tar file. */
export interface Layer {
  readonly file: string;
  /** SHA-256 of the tar file, 64 hex digits. */
  readonly digest: string;
}

export interface ArchiveImage {
  readonly recipe: Pick<ImageRecipe, "name" | "entrypoint" | "user" | "env">;
  /** Lowest first. */
  readonly layers: readonly Layer[];
}

/** A file of the archive: either its content, or the layer file that it is. */
export type ArchiveEntry =
  | { readonly path: string; readonly content: string }
  | { readonly path: string; readonly layer: string };

/**
 * What is in a docker-archive of several images: `manifest.json`, a
 * configuration per image, and every layer once. The form is what `docker
 * save` writes and containerd's importer reads:
 * https://github.com/moby/docker-image-spec/blob/main/v1.2.md
 */
export function describeArchive(images: readonly ArchiveImage[]): readonly ArchiveEntry[] {
  const described = images.map((image) => {
    const config = imageConfig(image);
    return { image, config, configPath: `${sha256(config)}.json` };
  });
  const layers = new Map(images.flatMap((image) => image.layers.map((layer) => [layerPath(layer), layer.file])));
  const manifest = described.map(({ image, configPath }) => ({
    Config: configPath,
    RepoTags: [image.recipe.name],
    Layers: image.layers.map(layerPath),
  }));
  return [
    ...described.map(({ config, configPath }) => ({ path: configPath, content: config })),
    ...[...layers].map(([path, layer]) => ({ path, layer })),
    { path: "manifest.json", content: JSON.stringify(manifest) },
  ];
}

function imageConfig(image: ArchiveImage): string {
  const { recipe, layers } = image;
  return JSON.stringify({
    architecture: "amd64",
    os: "linux",
    config: { Entrypoint: recipe.entrypoint, Env: recipe.env, User: recipe.user, WorkingDir: "/" },
    rootfs: { type: "layers", diff_ids: layers.map((layer) => `sha256:${layer.digest}`) },
    history: layers.map(() => ({ created_by: "isthmus" })),
  });
}

function layerPath(layer: Layer): string {
  return `${layer.digest}/layer.tar`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
