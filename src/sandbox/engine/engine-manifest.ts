import { readFileSync, statSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { charts, programs, type EngineImages, type EngineParts, type Program } from "./parts.ts";

/** Raised when the shape of the engine's folder changes, so that older engines are not taken for complete. */
export const engineLayoutVersion = 2;

const manifestName = "engine.json";

const images = z.strictObject({
  pause: z.string(),
  coredns: z.string(),
  pilot: z.string(),
  proxyv2: z.string(),
  helloworld: z.string(),
});
const versions = z.strictObject({
  kubernetes: z.string(),
  istio: z.string(),
  envoy: z.string(),
  coredns: z.string(),
  etcd: z.string(),
});
const manifest = z.strictObject({
  key: z.string(),
  images,
  versions,
  files: z.array(z.strictObject({ path: z.string(), size: z.number() })),
});

/** Where a program is inside an engine's folder. All share one folder, since containerd finds its shim and runc through PATH. */
export function programPath(program: Program): string {
  return path.join("bin", program);
}

/** The folder of Istio's charts inside an engine's folder. */
export const chartsPath = "charts";
/** The folder of the CNI plugins inside an engine's folder. */
export const cniPath = "cni";
/** containerd's root folder inside an engine's folder. */
export const containerdRootPath = "containerd";

/** The files, relative to an engine's folder, whose presence and size tell a complete engine. */
export const checkedFiles: readonly string[] = [
  ...programs.map(programPath),
  ...charts.map((chart) => path.join(chartsPath, chart, "Chart.yaml")),
  ...["bridge", "host-local", "loopback", "portmap", "ptp"].map((plugin) => path.join(cniPath, plugin)),
  path.join(containerdRootPath, "io.containerd.metadata.v1.bolt", "meta.db"),
  path.join(containerdRootPath, "io.containerd.snapshotter.v1.overlayfs", "metadata.db"),
];

export interface ManifestContent {
  readonly key: string;
  readonly images: EngineImages;
  readonly versions: EngineParts["versions"];
}

/** Writes the manifest: the last file of an engine, which makes it a complete one. Fails when a part is not there. */
export async function writeManifest(dir: string, content: ManifestContent): Promise<void> {
  const files = await Promise.all(
    checkedFiles.map(async (file) => ({
      path: file,
      size: (await stat(path.join(dir, file))).size,
    })),
  );
  await writeFile(path.join(dir, manifestName), `${JSON.stringify({ ...content, files }, null, 2)}\n`);
}

/**
 * The engine in `dir`, or undefined when it is not there, not complete, not
 * the one with `key`, or when one of its files is gone or has another size.
 */
export function readEngine(dir: string, key: string): EngineParts | undefined {
  const content = readManifest(path.join(dir, manifestName));
  if (content === undefined || content.key !== key) {
    return undefined;
  }
  const listed = new Map(content.files.map((file) => [file.path, file.size]));
  const whole = checkedFiles.every((file) => listed.get(file) === sizeOf(path.join(dir, file)) && listed.has(file));
  if (!whole) {
    return undefined;
  }
  return {
    key,
    dir,
    programs: Object.fromEntries(programs.map((program) => [program, path.join(dir, programPath(program))])) as Record<
      Program,
      string
    >,
    chartsDir: path.join(dir, chartsPath),
    cniDir: path.join(dir, cniPath),
    containerdRoot: path.join(dir, containerdRootPath),
    images: content.images,
    versions: content.versions,
  };
}

function readManifest(file: string): z.infer<typeof manifest> | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  try {
    return manifest.parse(JSON.parse(text));
  } catch {
    // A manifest that cannot be read is that of a broken engine: it is made again.
    return undefined;
  }
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}
