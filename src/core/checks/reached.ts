import { istioNamespace } from "../render/names.ts";
import type { GatewayFacts, MeshFacts, NamespaceFacts, ReachedCluster } from "./facts.ts";

/** The clusters that answered, in the order of the mesh file. */
export function reachedClusters(facts: MeshFacts): readonly ReachedCluster[] {
  return facts.clusters.filter((one) => one.kind === "reached");
}

/** Those of them in which an istiod is installed. */
export function meshClusters(facts: MeshFacts): readonly ReachedCluster[] {
  return reachedClusters(facts).filter((one) => one.istiod.desired !== undefined);
}

/** The answering cluster of that name. */
export function reachedCluster(facts: MeshFacts, name: string): ReachedCluster | undefined {
  return reachedClusters(facts).find((one) => one.cluster === name);
}

/** The network that the mesh file gives a cluster. */
export function networkOf(facts: MeshFacts, cluster: string): string {
  return facts.mesh.clusters.find((one) => one.name === cluster)?.network ?? "";
}

export function gatewayOf(one: ReachedCluster, name: string): GatewayFacts | undefined {
  return one.gateways.find((gateway) => gateway.name === name);
}

export function istioNamespaceOf(one: ReachedCluster): NamespaceFacts | undefined {
  return one.namespaces.find((namespace) => namespace.name === istioNamespace);
}

/** Every ordered pair of clusters of the mesh in which the first one answered and has an istiod. */
export function pairs(facts: MeshFacts): readonly { readonly reader: ReachedCluster; readonly remote: string }[] {
  return meshClusters(facts).flatMap((reader) =>
    facts.mesh.clusters
      .filter((other) => other.name !== reader.cluster)
      .map((other) => ({ reader, remote: other.name })),
  );
}

/** Whole days from when the facts were taken until then; negative when it has passed. */
export function daysUntil(facts: MeshFacts, iso: string): number {
  return Math.floor((Date.parse(iso) - Date.parse(facts.takenAt)) / 86_400_000);
}

/** How long ahead certificates and credentials are warned of, as linkerd does. */
export const warnDays = 60;

/** The apply that puts things right: what fixes name. */
export const applyFix =
  "Run isthmus apply: it puts back what the mesh file asks for (with --force-conflicts, where another tool has written over it).";
