import { remoteSecretName } from "../render/remote-secret.ts";
import type { ClusterPlan } from "./plan.ts";

/**
 * The clusters that this one still knows by a remote secret of ours and that
 * the mesh file no longer names. While the secret is there, istiod reads them
 * and hands out their endpoints.
 */
export function leftClusters(plan: ClusterPlan): readonly string[] {
  const prefix = remoteSecretName("");
  return plan.kind === "unreachable"
    ? []
    : plan.prune
        .filter(({ wave, id }) => wave === "join" && id.kind === "Secret" && id.name.startsWith(prefix))
        .map(({ id }) => id.name.slice(prefix.length))
        .toSorted();
}

/**
 * True while the cluster has something that offers endpoints and that the mesh
 * file no longer asks for: a remote secret or a service's workload. Proxies
 * keep those endpoints until it is deleted.
 */
export function offersLeftEndpoints(plan: ClusterPlan): boolean {
  return plan.kind === "planned" && plan.prune.some(({ wave }) => wave === "join" || wave === "services");
}
