import { UserError } from "../../core/diagnostics/user-error.ts";
import { closeMesh, openMesh } from "../clusters/open-mesh.ts";
import type { SyncStatus } from "../status/sync-status.ts";
import { refusedSync, syncOf } from "../status/sync-status.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, PlanOptions, ProgramLookup, RunOptions } from "../options.ts";
import type { PreparedPlan } from "../plan/prepare-plan.ts";
import { preparePlan } from "../plan/prepare-plan.ts";
import type { ClusterStatus } from "../status/cluster-status.ts";
import { statusThrough } from "../status/cluster-status.ts";

export type { ProxySync } from "../facts/proxy-sync.ts";
export type { ClusterStatus, ComponentStatus, CredentialStatus, PodSync } from "../status/cluster-status.ts";
export { statusThrough } from "../status/cluster-status.ts";
export type { SyncStatus } from "../status/sync-status.ts";

/**
 * The state of the mesh as the clusters tell it themselves, gathered side by
 * side, and whether each is as the mesh file asks, by the same comparison as a
 * plan. Changes nothing. A plan that is refused is a state too.
 */
export async function readStatus(
  meshFile: MeshFile,
  options: RunOptions & AccessOptions & ProgramLookup & PlanOptions,
): Promise<readonly ClusterStatus[]> {
  let prepared: PreparedPlan;
  try {
    // Who owns a field does not matter to whether it is as the mesh file asks, and nothing is written.
    prepared = await preparePlan(meshFile, { ...options, forceConflicts: true });
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof UserError)) {
      throw error;
    }
    const { diagnostics } = error;
    return withSync(await readAlone(meshFile, options), (cluster) => refusedSync(diagnostics, cluster));
  }
  try {
    const clusters = await statusThrough(meshFile, prepared, options);
    return withSync(clusters, (cluster) => syncOf(prepared.plan, cluster));
  } finally {
    await prepared.close();
  }
}

function withSync(
  clusters: readonly ClusterStatus[],
  find: (cluster: string) => SyncStatus | undefined,
): readonly ClusterStatus[] {
  return clusters.map((one) => {
    const sync = one.kind === "reached" ? find(one.cluster) : undefined;
    return sync === undefined ? one : { ...one, sync };
  });
}

async function readAlone(meshFile: MeshFile, options: RunOptions & AccessOptions): Promise<readonly ClusterStatus[]> {
  const open = await openMesh(meshFile, options);
  try {
    return await statusThrough(meshFile, open, options);
  } finally {
    await closeMesh(open);
  }
}
