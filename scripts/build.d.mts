import type { Metafile } from "esbuild";

/** Bundles in memory; see build.mjs. Paths are absolute. */
export function bundle(entryPoints?: Readonly<Record<string, string>>): Promise<{
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly metafile: Metafile;
}>;

/** The chunks that every command loads, as the text of one file; see build.mjs. Names are relative to the checkout. */
export function packStart(bundled: Awaited<ReturnType<typeof bundle>>): {
  readonly names: readonly string[];
  readonly text: string;
};
