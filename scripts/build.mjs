// Bundles src/cli/bin.ts into dist/: one entry that starts fast, and one chunk for each thing that is imported late.
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Bundles in memory. Tests give entries of their own, to see that what they import survives bundling.
 *
 * @param {Record<string, string>} entryPoints
 * @returns {Promise<import("esbuild").BuildResult & { outputFiles: import("esbuild").OutputFile[], metafile: import("esbuild").Metafile }>}
 */
export async function bundle(entryPoints = { isthmus: "src/cli/bin.ts" }) {
  return build({
    absWorkingDir: root,
    entryPoints,
    outdir: "dist",
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: "linked",
    sourcesContent: false,
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: false,
    legalComments: "linked",
    // Dependencies in CommonJS form call require for Node's own modules.
    banner: {
      js: 'import { createRequire as createRequire$ } from "node:module"; const require = createRequire$(import.meta.url);',
    },
    write: false,
    metafile: true,
    logLevel: "warning",
  });
}

async function writeBundle() {
  const { outputFiles } = await bundle();
  const entry = path.join(root, "dist", "isthmus.js");
  // Chunks carry a hash of their content in their names; the entry comes last and at once, so that it never names a chunk that is not there.
  const ordered = outputFiles.toSorted((a, b) => Number(a.path === entry) - Number(b.path === entry));
  for (const file of ordered) {
    await mkdir(path.dirname(file.path), { recursive: true });
    const fresh = `${file.path}.new`;
    await writeFile(fresh, file.contents, { mode: file.path === entry ? 0o755 : 0o644 });
    await rename(fresh, file.path);
  }
  await removeOldChunks(new Set(outputFiles.map((file) => file.path)));
}

const weekMs = 7 * 24 * 3_600_000;

/** Chunks of earlier builds stay for a week: a program that still runs (a sandbox's node) imports its own ones late. */
async function removeOldChunks(current) {
  const folder = path.join(root, "dist", "chunks");
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    if (!current.has(file) && Date.now() - (await stat(file)).mtimeMs > weekMs) {
      await rm(file);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeBundle();
}
