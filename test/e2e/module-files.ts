import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "../../src/sandbox/engine/cache-folder.ts";
import { parsePins, readPinnedFiles } from "../../src/sandbox/engine/engine-pins.ts";
import { findEngineSource } from "../../src/sandbox/engine/engine-source.ts";
import { ensureGoToolchain } from "../../src/sandbox/engine/go-toolchain.ts";

/**
 * The folder of a Go module's release, downloaded once and kept by Go itself.
 * Projects of Kubernetes' world publish their definitions with their modules.
 */
export async function moduleFolder(module: string, version: string): Promise<string> {
  const sourceDir = findEngineSource();
  const go = await ensureGoToolchain({
    pins: parsePins(readPinnedFiles(sourceDir)),
    sourceDir,
    cacheDir: cacheFolder(process.env),
    env: process.env,
    signal: AbortSignal.timeout(300_000),
    onProgress: () => {},
  });
  const folder = await mkdtemp(path.join(tmpdir(), "isthmus-module-"));
  try {
    const { stdout } = await promisify(execFile)(go, ["mod", "download", "-json", `${module}@${version}`], {
      cwd: folder,
      env: { ...process.env, GOFLAGS: "" },
      timeout: 300_000,
    });
    return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
