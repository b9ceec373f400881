// Bundles src/cli/bin.ts into dist/: an entry that starts fast, and one chunk for each thing that is imported late.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = path.join(root, "dist");

/**
 * Bundles in memory, into chunks in CommonJS form, which Node loads faster and V8's code can be kept of. esbuild divides
 * ES modules only, so each chunk is turned afterwards. Tests give entries of their own, to see that what they import
 * survives bundling.
 *
 * @param {Record<string, string>} entryPoints
 * @returns {Promise<{ readonly files: readonly { readonly path: string, readonly text: string }[], readonly metafile: import("esbuild").Metafile }>}
 */
export async function bundle(entryPoints = { isthmus: "src/cli/bin.ts" }) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: "dist",
    entryNames: "chunks/[name]-[hash]",
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: "inline",
    sourcesContent: false,
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: false,
    legalComments: "linked",
    write: false,
    metafile: true,
    logLevel: "warning",
    plugins: [withoutSubprocesses],
  });
  const files = await Promise.all(
    outputFiles.map(async (file) => (file.path.endsWith(".js") ? toCommonJs(file) : [file])),
  );
  return { files: files.flat(), metafile };
}

/** Commander loads node:child_process, and with it a dozen modules, for subcommands that are programs of their own: there are none. */
const withoutSubprocesses = {
  name: "without-subprocesses",
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes(`${path.sep}node_modules${path.sep}commander${path.sep}`)
        ? { path: "node:child_process", namespace: "left-out" }
        : undefined,
    );
    build.onLoad({ filter: /./, namespace: "left-out" }, () => ({ contents: "module.exports = {};" }));
  },
};

async function toCommonJs({ path: file, text }) {
  const usesUrl = text.includes("import.meta.url");
  const { code, map } = await transform(text, {
    sourcefile: path.basename(file),
    format: "cjs",
    platform: "node",
    target: "node20",
    // Late imports become late calls of require, which finds the chunks that are loaded already.
    supported: { "dynamic-import": false },
    define: { "import.meta.url": "url$" },
    banner: usesUrl ? 'const url$ = require("node:url").pathToFileURL(__filename).href;' : "",
    sourcemap: "external",
    sourcesContent: false,
    minifySyntax: true,
    minifyWhitespace: true,
  });
  return [
    { path: file, text: `${code}//# sourceMappingURL=${path.basename(file)}.map\n` },
    { path: `${file}.map`, text: map },
  ];
}

/** What every command loads before it is known which one it is, and what tells the version. */
const loadedAlways = [
  "src/cli/bin.ts",
  "src/cli/run-cli.ts",
  "src/cli/handle-error.ts",
  "src/cli/terminal/palette.ts",
  "src/cli/views/human/on-stderr.ts",
  "src/cli/commands/version.ts",
  "src/cli/command-line/options.ts",
  "src/cli/views/version.ts",
];

/**
 * The chunks that every command loads as one file, which gives a function for each by its name: to read and look up
 * thirty files, and what V8 made of each, takes a third of what a short command costs.
 *
 * @param {Awaited<ReturnType<typeof bundle>>} bundled
 * @returns {{ readonly names: readonly string[], readonly text: string }}
 */
export function packStart({ files, metafile }) {
  const { outputs } = metafile;
  const names = new Set();
  const take = (name) => {
    if (!names.has(name)) {
      names.add(name);
      outputs[name].imports
        .filter(({ kind, external }) => kind === "import-statement" && !external)
        .forEach(({ path: to }) => take(to));
    }
  };
  Object.keys(outputs)
    .filter((name) => loadedAlways.includes(outputs[name].entryPoint))
    .forEach(take);
  const functions = [...names].map((name) => {
    const text = files.find((file) => file.path === path.join(root, name))?.text ?? "";
    return `${JSON.stringify(path.basename(name))}(exports,require,module,__filename,__dirname){${text.replace(/^\/\/# sourceMappingURL=.*$/m, "")}\n}`;
  });
  return { names: [...names], text: `module.exports={${functions.join(",\n")}};\n` };
}

async function writeBundle() {
  const bundled = await bundle();
  const { files, metafile } = bundled;
  const main = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === "src/cli/bin.ts")?.[0];
  const hash = createHash("sha256");
  for (const { path: file, text } of files) {
    hash.update(file).update(text);
    await replace(file, text);
  }
  const loader = await readFile(path.join(root, "scripts", "start.cjs"), "utf8");
  await replace(path.join(dist, "isthmus.js"), (await transform(loader, { minifyWhitespace: true })).code, 0o755);
  // Last and at once: it never names a chunk that is not there.
  const build = hash.digest("hex").slice(0, 12);
  const start = path.join(dist, "chunks", `start-${build}.js`);
  await replace(start, packStart(bundled).text);
  const manifest = { type: "commonjs", main: path.relative("dist", main), build };
  await replace(path.join(dist, "package.json"), `${JSON.stringify(manifest)}\n`);
  await removeOldChunks(new Set([start, ...files.map((file) => file.path)]));
  await removeOldCaches(manifest.build);
}

async function replace(file, text, mode = 0o644) {
  await mkdir(path.dirname(file), { recursive: true });
  const fresh = `${file}.new`;
  await writeFile(fresh, text, { mode });
  await rename(fresh, file);
}

const weekMs = 7 * 24 * 3_600_000;

/** Chunks of earlier builds stay for a week: a program that still runs (a sandbox's node) imports its own ones late. */
async function removeOldChunks(current) {
  const folder = path.join(dist, "chunks");
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    if (!current.has(file) && Date.now() - (await stat(file)).mtimeMs > weekMs) {
      await rm(file);
    }
  }
}

/** A program that still runs misses nothing but time. */
async function removeOldCaches(build) {
  const folder = path.join(dist, "cache");
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith(`-${build}`)) {
      // That of another user, who ran it here once, may stay.
      await rm(path.join(folder, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeBundle();
}
