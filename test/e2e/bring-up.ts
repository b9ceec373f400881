import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Ran, SandboxState } from "./world.ts";
import { isthmus } from "./world.ts";

/**
 * Brings up a sandbox for all test files of a project, tells them by the
 * environment where it is, and gives what takes it down again at the end.
 * ISTHMUS_E2E_KEEP=1 leaves it running, so that a person can look, and starts on one that was kept.
 */
export async function bringUp(instance: string, ...more: readonly string[]): Promise<() => Promise<void>> {
  const keep = process.env["ISTHMUS_E2E_KEEP"] !== undefined;
  const folder = mkdtempSync(path.join(tmpdir(), `isthmus-${instance}-`));
  process.env["ISTHMUS_E2E_DIR"] = folder;
  if (!keep) {
    // A run that was killed, with its machine perhaps, leaves a sandbox with a mesh in it; `up` would start that one again.
    await takeDown(instance);
  }
  const up = ["sandbox", "up", "--instance", instance, ...more];
  succeeded("did not come up", await isthmus(up, { timeoutMs: 45 * 60_000 }));
  const status = succeeded(
    "does not say where it is",
    await isthmus(["sandbox", "status", "--instance", instance, "-o", "json"]),
  );
  const { kubeconfig } = JSON.parse(status.out) as SandboxState;
  const istioctl = /istioctl: (\S+)/.exec(readFileSync(kubeconfig, "utf8"))?.[1] ?? "";
  process.env["ISTHMUS_E2E_KUBECONFIG"] = kubeconfig;
  process.env["ISTHMUS_E2E_PROGRAMS"] = path.dirname(istioctl);
  return async () => {
    if (keep) {
      return;
    }
    rmSync(folder, { recursive: true, force: true });
    try {
      await takeDown(instance);
    } catch (error) {
      // vitest only prints what a teardown throws.
      process.exitCode = 1;
      throw error;
    }
  };
}

async function takeDown(instance: string): Promise<void> {
  succeeded("did not go down", await isthmus(["sandbox", "down", "--instance", instance]));
}

function succeeded(otherwise: string, ran: Ran): Ran {
  if (ran.code !== 0) {
    throw new Error(`the tests' sandbox ${otherwise}:\n${ran.err}\n${ran.out}`);
  }
  return ran;
}
