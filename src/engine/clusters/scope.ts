import type { ObjectId } from "../../core/model/kube-object.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import type { ClusterPlan } from "../../core/plan/plan.ts";
import type { Connection } from "./connect-clusters.ts";

/** Names of the clusters that are written to (`--cluster`), all that the mesh has; empty for every cluster. */
export type Scope = readonly string[];

/** True when the cluster is written to. */
export function isInScope(scope: Scope, cluster: string): boolean {
  return scope.length === 0 || scope.includes(cluster);
}

/** The clusters of the mesh that are read and not written to, in the mesh file's order. */
export function clustersOutOfScope(mesh: Mesh, scope: Scope): readonly string[] {
  return mesh.clusters.map((cluster) => cluster.name).filter((name) => !isInScope(scope, name));
}

/**
 * True for what belongs to a cluster of the scope among the objects in
 * Rancher's own cluster: they are kept in a namespace that has the cluster's ID.
 */
export function isManagedInScope(mesh: Mesh, scope: Scope, { namespace }: Pick<ObjectId, "namespace">): boolean {
  return (
    scope.length === 0 ||
    mesh.clusters.some(
      ({ name, access }) => access.kind === "rancher" && access.rancherId === namespace && scope.includes(name),
    )
  );
}

/** The plan of Rancher's own cluster without what belongs to clusters outside the scope. */
export function limitRancherLocal(plan: ClusterPlan, mesh: Mesh, scope: Scope): ClusterPlan {
  return plan.kind === "unreachable"
    ? plan
    : { ...plan, prune: plan.prune.filter(({ id }) => isManagedInScope(mesh, scope, id)) };
}

/**
 * The clusters whose credential an apply cannot read or make for others: those
 * that do not answer, and those outside the scope, whose own apply makes it.
 * Rancher's tokens are Rancher's, and need no write on the cluster.
 */
export function withoutCredential(mesh: Mesh, scope: Scope, connections: readonly Connection[]): ReadonlySet<string> {
  const unavailable = connections.filter((one) => one.kind === "unreachable").map((one) => one.cluster.name);
  return new Set(
    mesh.access.credentials === "rancherToken" ? unavailable : [...unavailable, ...clustersOutOfScope(mesh, scope)],
  );
}
