import type { Mesh } from "../../core/model/mesh.ts";
import type { Pruning } from "../../core/plan/apply-tasks.ts";
import { pruningOf } from "../../core/plan/apply-tasks.ts";
import { waveRules } from "../../core/render/waves.ts";
import type { Limiter } from "../../kube/limiter.ts";
import type { CertificateOrders } from "../front-door/certificate-orders.ts";
import type { PlanOptions, ProgramLookup, RunOptions } from "../options.ts";
import { isInScope, withoutCredential } from "../clusters/scope.ts";
import type { PreparedPlan } from "../plan/prepare-plan.ts";
import type { ClusterRun } from "./cluster-run.ts";
import type { SharedReads } from "./shared-reads.ts";

/** An apply while it runs: the plan, every cluster that takes part, and how to work. */
export interface ApplyRun {
  readonly prepared: PreparedPlan;
  readonly all: ReadonlyMap<string, ClusterRun>;
  /** Clusters outside the scope that answer: they take no part and stay in the mesh. */
  readonly aside: ReadonlySet<string>;
  /** Clusters of which no credential can be had in this apply. */
  readonly withoutCredential: ReadonlySet<string>;
  readonly pruning: Pruning;
  readonly sharedReads: SharedReads;
  readonly orders: CertificateOrders;
  /** Lets only some clusters read back at a time what was written. */
  readonly reading: Limiter;
  readonly options: RunOptions & PlanOptions & Pick<ProgramLookup, "env" | "istioctlCandidates">;
}

/** What an apply of these clusters knows of all of them, found once: a fleet has a million pairs. */
export function overviewOf(
  { connections, meshFile, scope }: PreparedPlan,
  all: ReadonlyMap<string, ClusterRun>,
  { prune }: { readonly prune: boolean },
): Pick<ApplyRun, "aside" | "withoutCredential" | "pruning"> {
  const answering = connections.filter(({ kind }) => kind === "connected").map(({ cluster }) => cluster.name);
  return {
    aside: new Set(answering.filter((name) => !isInScope(scope, name))),
    withoutCredential: withoutCredential(meshFile.mesh, scope, connections),
    pruning: pruningOf(
      [...all.values()].map(({ plan }) => plan),
      prune,
    ),
  };
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
