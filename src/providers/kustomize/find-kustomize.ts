import { access, constants } from "node:fs/promises";
import path from "node:path";

/** A program that builds kustomizations, with the words before the folder. */
export interface Kustomize {
  readonly file: string;
  readonly words: readonly string[];
}

export interface FindKustomizeOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** kubectl programs to try after those of `$PATH` (the sandbox engine's own). */
  readonly kubectlCandidates: Iterable<string>;
}

/**
 * What builds kustomizations here: `kustomize` in `$PATH`, else `kubectl` there,
 * else a candidate. Undefined where there is none.
 */
export async function findKustomize(options: FindKustomizeOptions): Promise<Kustomize | undefined> {
  const folders = (options.env["PATH"] ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const places: readonly Kustomize[] = [
    ...folders.map((folder) => ({ file: path.join(folder, "kustomize"), words: ["build"] })),
    ...folders.map((folder) => ({ file: path.join(folder, "kubectl"), words: ["kustomize"] })),
    ...[...options.kubectlCandidates].map((file) => ({ file, words: ["kustomize"] })),
  ];
  for (const place of places) {
    if (await isProgram(place.file)) {
      return place;
    }
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
