import type { BuildResult } from "esbuild";

/** Bundles in memory; see build.mjs. */
export function bundle(
  entryPoints?: Readonly<Record<string, string>>,
): Promise<BuildResult<{ write: false; metafile: true }>>;
