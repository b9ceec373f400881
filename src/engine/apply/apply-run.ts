import type { Mesh } from "../../core/model/mesh.ts";
import { waveRules } from "../../core/render/waves.ts";
import type { Limiter } from "../../kube/limiter.ts";
import type { PlanOptions, ProgramLookup, RunOptions } from "../options.ts";
import type { PreparedPlan } from "../plan/prepare-plan.ts";
import type { ClusterRun } from "./cluster-run.ts";
import type { SharedReads } from "./shared-reads.ts";

/** An apply while it runs: the plan, every cluster that takes part, and how to work. */
export interface ApplyRun {
  readonly prepared: PreparedPlan;
  readonly all: ReadonlyMap<string, ClusterRun>;
  readonly sharedReads: SharedReads;
  /** Lets only some clusters read back at a time what was written. */
  readonly reading: Limiter;
  readonly options: RunOptions & PlanOptions & Pick<ProgramLookup, "env" | "istioctlCandidates">;
}

/**
 * The mesh without the services of which something is left as it is
 * (`--continue`): what their gateways have then is not what the mesh file asks.
 */
export function servedMesh({ prepared, all }: ApplyRun): Mesh {
  const { mesh } = prepared.meshFile;
  const left = [...all.values()].flatMap((work) => work.leftOut);
  const ofServices = left.filter(
    ({ wave }) => waveRules[wave].phase === "services" || waveRules[wave].phase === "routes",
  );
  const namespaces = new Set(ofServices.map(({ id }) => id.namespace));
  return namespaces.size === 0
    ? mesh
    : { ...mesh, services: mesh.services.filter(({ namespace }) => !namespaces.has(namespace)) };
}

/** The clusters of the mesh that take part; Rancher's own, which only holds projects, is none of them. */
export function membersOf(mesh: Mesh, all: ReadonlyMap<string, ClusterRun>): readonly ClusterRun[] {
  return mesh.clusters.flatMap((cluster) => all.get(cluster.name) ?? []);
}
