import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { instance, isthmus, writeMeshFile } from "./world.ts";

/**
 * Brings up the tests' own sandbox once for all end-to-end tests and takes it
 * down again at the end. ISTHMUS_E2E_KEEP=1 leaves it running, so that a person can look, and starts on one that was kept.
 */
export async function setup(): Promise<() => Promise<void>> {
  const keep = process.env["ISTHMUS_E2E_KEEP"] !== undefined;
  const folder = mkdtempSync(path.join(tmpdir(), "isthmus-e2e-"));
  process.env["ISTHMUS_E2E_DIR"] = folder;
  writeMeshFile(folder);
  if (!keep) {
    // A run that was killed, with its machine perhaps, leaves a sandbox with a mesh in it; `up` would start that one again.
    await takeDown();
  }
  const up = await isthmus(["sandbox", "up", "--instance", instance], { timeoutMs: 45 * 60_000 });
  if (up.code !== 0) {
    throw new Error(`the tests' sandbox did not come up:\n${up.err}\n${up.out}`);
  }
  return async () => {
    if (keep) {
      return;
    }
    rmSync(folder, { recursive: true, force: true });
    try {
      await takeDown();
    } catch (error) {
      // vitest only prints what a teardown throws.
      process.exitCode = 1;
      throw error;
    }
  };
}

async function takeDown(): Promise<void> {
  const down = await isthmus(["sandbox", "down", "--instance", instance]);
  if (down.code !== 0) {
    throw new Error(`the tests' sandbox did not go down:\n${down.err}\n${down.out}`);
  }
}
