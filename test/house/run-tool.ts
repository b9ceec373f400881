import { spawnSync } from "node:child_process";
import path from "node:path";
import { root } from "./tracked-files.ts";

/** Runs an installed tool on the checkout; what it says comes back as one text. */
export function runTool(
  name: string,
  args: readonly string[],
): { readonly code: number | null; readonly said: string } {
  const ran = spawnSync(path.join(root, "node_modules", ".bin", name), [...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (ran.error !== undefined) {
    throw ran.error;
  }
  return { code: ran.status, said: `${ran.stdout}${ran.stderr}`.trim() };
}
