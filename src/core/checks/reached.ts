import type { ObjectId } from "../model/kube-object.ts";
import type { Cluster } from "../model/mesh.ts";
import { onceFor } from "../once-for.ts";
import { istioNamespace } from "../render/names.ts";
import { meshAt } from "../routing/routes-at.ts";
import type { GatewayFacts, GatewayPlaces } from "./control-plane-facts.ts";
import type { MeshFacts, NamespaceFacts, ReachedCluster } from "./facts.ts";

const reachedAmong = onceFor((clusters: MeshFacts["clusters"]): readonly ReachedCluster[] =>
  clusters.filter((one) => one.kind === "reached"),
);

const reachedByName = onceFor(
  (clusters: MeshFacts["clusters"]) => new Map(reachedAmong(clusters).map((one) => [one.cluster, one])),
);

const outlinesByName = onceFor(
  (clusters: MeshFacts["mesh"]["clusters"]) => new Map(clusters.map((one) => [one.name, one])),
);

/** The clusters that answered, in the order of the mesh file. */
export function reachedClusters(facts: MeshFacts): readonly ReachedCluster[] {
  return reachedAmong(facts.clusters);
}

/** Those of them in which an istiod is installed. */
export function meshClusters(facts: MeshFacts): readonly ReachedCluster[] {
  return reachedClusters(facts).filter((one) => one.istiod.desired !== undefined);
}

/** The clusters whose webhooks this account may not list. */
export function unlistedWebhooks(facts: MeshFacts): readonly string[] {
  return meshClusters(facts).flatMap(({ cluster, istiod: { unreadWebhooks: why } }) =>
    why === undefined ? [] : [`the webhooks of ${cluster}: ${why}`],
  );
}

/** The name of istiod's Deployment. */
export function istiodName(one: ReachedCluster): string {
  return one.istiod.deployment ?? "istiod";
}

/** The answering cluster of that name. */
export function reachedCluster(facts: MeshFacts, name: string): ReachedCluster | undefined {
  return reachedByName(facts.clusters).get(name);
}

/** What the mesh file says of a cluster. */
export function outlineOf({ mesh }: Pick<MeshFacts, "mesh">, name: string): Cluster | undefined {
  return outlinesByName(mesh.clusters).get(name);
}

/** The network that the mesh file gives a cluster. */
export function networkOf(facts: MeshFacts, cluster: string): string {
  return outlineOf(facts, cluster)?.network ?? "";
}

/** The mesh file with the routes that are in a cluster. */
export function meshOf(facts: MeshFacts, one: ReachedCluster): MeshFacts["mesh"] {
  return meshAt(facts.mesh, outlineOf(facts, one.cluster) ?? {});
}

/** The routes of the mesh file that are in a cluster, by their services. */
export function servicesAt(facts: MeshFacts, one: ReachedCluster): MeshFacts["mesh"]["services"] {
  return meshOf(facts, one).services;
}

export function gatewayOf(one: ReachedCluster, name: string): GatewayFacts | undefined {
  return one.gateways.find((gateway) => gateway.name === name);
}

/** Where the objects of one of a cluster's gateways are; where isthmus would make them when nothing is known of it. */
export function placesOfGateway(one: ReachedCluster, name: string): GatewayPlaces {
  return gatewayOf(one, name)?.at ?? { namespace: istioNamespace, service: name, deployment: name };
}

/** The Service of one of a cluster's gateways. */
export function gatewayServiceId(one: ReachedCluster, gateway: string): ObjectId {
  const { namespace, service } = placesOfGateway(one, gateway);
  return { group: "", kind: "Service", namespace, name: service };
}

/** The Deployment of one of a cluster's gateways. */
export function gatewayDeploymentId(one: ReachedCluster, gateway: string): ObjectId {
  const { namespace, deployment } = placesOfGateway(one, gateway);
  return { group: "apps", kind: "Deployment", namespace, name: deployment };
}

export function istioNamespaceOf(one: ReachedCluster): NamespaceFacts | undefined {
  return one.namespaces.find((namespace) => namespace.name === istioNamespace);
}

/** Two clusters of the mesh, of which the first one answered and has an istiod. */
export interface Pair {
  readonly reader: ReachedCluster;
  readonly remote: string;
  /** What is known of the remote one; undefined where it did not answer. */
  readonly far: ReachedCluster | undefined;
}

/** Every ordered pair: a million in a mesh of a thousand, so what is looked up for each must not be searched for. */
export function pairs(facts: MeshFacts): readonly Pair[] {
  return meshClusters(facts).flatMap((reader) =>
    facts.mesh.clusters
      .filter((other) => other.name !== reader.cluster)
      .map((other) => ({ reader, remote: other.name, far: reachedCluster(facts, other.name) })),
  );
}

/** Whole days from when the facts were taken until then; negative when it has passed. */
export function daysUntil(facts: MeshFacts, iso: string): number {
  return Math.floor((Date.parse(iso) - Date.parse(facts.takenAt)) / 86_400_000);
}

/** How long ahead certificates and credentials are warned of, as linkerd does. */
export const warnDays = 60;

/** The apply that puts things right: what fixes begin with. `completeFix` gives such a finding the commands for its object. */
export const applyFix =
  "Run isthmus apply: it puts back what the mesh file asks for (with --force-conflicts, where another tool has written over it).";
