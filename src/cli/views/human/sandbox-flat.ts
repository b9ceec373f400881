import type { SandboxStatus } from "../../../sandbox/operations/status.ts";

/** Which clusters of a sandbox are flat, in a line with an empty one after it; none where none is. */
export function viewFlat({ clusters }: Pick<SandboxStatus, "clusters">): readonly string[] {
  const flat = clusters.filter((one) => one.flat).map(({ name, podRange }) => `${name} (${podRange})`);
  return flat.length === 0 ? [] : [`Pods reach each other under their own addresses in ${flat.join(", ")}.`, ""];
}
