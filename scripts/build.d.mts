import type { Metafile } from "esbuild";

/** Bundles in memory; see build.mjs. Paths are absolute. */
export function bundle(entryPoints?: Readonly<Record<string, string>>): Promise<{
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly metafile: Metafile;
}>;
