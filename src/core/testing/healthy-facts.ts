import type { GatewayFacts, IstiodPod } from "../checks/control-plane-facts.ts";
import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import { factsVersion } from "../checks/facts.ts";
import { healthyCluster } from "./healthy-cluster.ts";
import { twoClusters } from "./two-clusters.ts";

/** When the facts of the tests were taken. */
export const takenAt = "2026-11-23T06:00:00.000Z";

/** What the two clusters of the sandbox's mesh have when nothing is wrong. */
export function healthyFacts(): MeshFacts {
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Facts",
    version: factsVersion,
    takenAt,
    mesh: {
      name: twoClusters.name,
      clusters: twoClusters.clusters,
      services: twoClusters.services,
      istioVersion: twoClusters.istio.version,
      http01Issuers: [],
    },
    clusters: [healthyCluster("west"), healthyCluster("east")],
  };
}

/** The healthy facts with one answering cluster changed. */
export function withCluster(
  name: "west" | "east",
  change: (one: ReachedCluster) => Partial<ReachedCluster>,
): MeshFacts {
  const facts = healthyFacts();
  return {
    ...facts,
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === name ? { ...one, ...change(one) } : one,
    ),
  };
}

/** The healthy facts with every istiod pod of one cluster changed. */
export function withIstiodPods(name: "west" | "east", change: (pod: IstiodPod) => Partial<IstiodPod>): MeshFacts {
  return withCluster(name, (one) => ({
    istiod: { ...one.istiod, pods: one.istiod.pods.map((pod) => ({ ...pod, ...change(pod) })) },
  }));
}

/** The healthy facts with one gateway of one cluster changed. */
export function withGateway(
  cluster: "west" | "east",
  name: string,
  change: (gateway: GatewayFacts) => Partial<GatewayFacts>,
): MeshFacts {
  return withCluster(cluster, (one) => ({
    gateways: one.gateways.map((gateway) => (gateway.name === name ? { ...gateway, ...change(gateway) } : gateway)),
  }));
}
