import type { NamesPlan } from "../../core/front-door/names-plan.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { withOpenMesh } from "../clusters/open-mesh.ts";
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

/** The state of a mesh. */
export interface MeshStatus {
  readonly clusters: readonly ClusterStatus[];
  /** The names that isthmus publishes, by the same comparison; absent where there are none, and where a plan is refused. */
  readonly names?: NamesPlan;
}

/**
 * The state of the mesh as the clusters tell it themselves, gathered side by
 * side, and whether each is as the mesh file asks, by the same comparison as a
 * plan. Changes nothing. A plan that is refused is a state too, and so is a
 * cluster that this account may look at and not plan.
 */
export async function readStatus(
  meshFile: MeshFile,
  options: RunOptions & AccessOptions & ProgramLookup & PlanOptions,
): Promise<MeshStatus> {
  let prepared: PreparedPlan;
  try {
    // Who owns a field does not matter to whether it is as the mesh file asks, and nothing is written.
    prepared = await preparePlan(meshFile, { ...options, forceConflicts: true, namesAsTheyAre: true });
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof UserError)) {
      throw error;
    }
    const { diagnostics } = error;
    const alone = await readAlone(meshFile, options);
    return { clusters: withSync(alone, (cluster) => refusedSync(diagnostics, cluster)) };
  }
  try {
    const clusters = await statusThrough(meshFile, prepared, options);
    const { plan } = prepared;
    const all = await withForbidden(
      meshFile,
      withSync(clusters, (cluster) => syncOf(plan, cluster)),
      options,
    );
    return { clusters: all, ...(plan.names === undefined ? {} : { names: plan.names }) };
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

/**
 * With those once more that refused what a plan reads, by less. What somebody
 * else has installed of Istio is looked for in all namespaces, and status needs its own only.
 */
async function withForbidden(
  meshFile: MeshFile,
  clusters: readonly ClusterStatus[],
  options: RunOptions & AccessOptions,
): Promise<readonly ClusterStatus[]> {
  const refused = new Map(
    clusters.flatMap((one) =>
      one.kind === "unreachable" && one.diagnostic.code === "ISM264" ? [[one.cluster, one.diagnostic] as const] : [],
    ),
  );
  if (meshFile.mesh.istio.install !== "existing" || refused.size === 0) {
    return clusters;
  }
  const found = withSync(await readAlone(meshFile, options, (cluster) => refused.has(cluster)), (cluster) =>
    refusedSync([...refused.values()], cluster),
  );
  return clusters.map((one) => found.find(({ cluster }) => cluster === one.cluster) ?? one);
}

async function readAlone(
  meshFile: MeshFile,
  options: RunOptions & AccessOptions,
  isWanted: (cluster: string) => boolean = () => true,
): Promise<readonly ClusterStatus[]> {
  return withOpenMesh(meshFile, { ...options, isWanted }, async (open) => statusThrough(meshFile, open, options));
}
