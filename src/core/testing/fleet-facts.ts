import type { IstiodPod } from "../checks/control-plane-facts.ts";
import type { RemoteSecretFacts } from "../checks/credential-facts.ts";
import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import type { ProxyClusterFacts } from "../checks/proxy-facts.ts";
import { healthyCluster } from "./healthy-cluster.ts";
import { healthyFacts } from "./healthy-facts.ts";
import { twoClusters } from "./two-clusters.ts";

/** The facts of a fleet of so many clusters that all know each other and run both versions; nothing is wrong. */
export function fleetFacts(count: number): MeshFacts {
  const names = Array.from({ length: count }, (_, index) => nameOf(index));
  const [west] = twoClusters.clusters;
  return {
    ...healthyFacts(),
    mesh: {
      ...healthyFacts().mesh,
      clusters: names.map((name) => ({
        ...west,
        name,
        network: `${name}-net`,
        region: name,
        access: { kind: "context", context: name },
      })),
      services: twoClusters.services.map((service) => ({
        ...service,
        versions: service.versions.map((version) => ({ ...version, clusters: names })),
      })),
    },
    clusters: names.map((_, index) => clusterOf(index, count)),
  };
}

function nameOf(index: number): string {
  return `cluster-${index}`;
}

/** Numbers of a cluster's own in place of those that all would share. */
function clusterOf(index: number, count: number): ReachedCluster {
  const one = JSON.parse(
    JSON.stringify(healthyCluster("west"))
      .replaceAll(/\bwest\b/g, nameOf(index))
      .replaceAll("172.30.1.2", gatewayAddress(index))
      .replaceAll("10.42.0.", podNetwork(index)),
  ) as ReachedCluster;
  const others = Array.from({ length: count }, (_, other) => other).filter((other) => other !== index);
  const own = podAddress(index);
  const ways = [own, ...others.map((other) => `${gatewayAddress(other)}:15443`)].map((address) => ({
    address,
    idle: "",
    priority: 0,
  }));
  return {
    ...one,
    uid: uidOf(index),
    istiod: {
      ...one.istiod,
      pods: one.istiod.pods.map((pod) => ({ ...pod, ...knownOf(others, [index, ...others]) })),
    },
    gateways: one.gateways.map((gateway) => ({
      ...gateway,
      pods: gateway.pods.map((pod) =>
        pod.config === undefined
          ? pod
          : { ...pod, config: { ...pod.config, clusters: leadTo(pod.config.clusters, ways) } },
      ),
    })),
    callers: one.callers.map((caller) => ({ ...caller, clusters: leadTo(caller.clusters, ways) })),
    remoteSecrets: others.map(remoteSecretOf),
    services: one.services.map((service) => ({ ...service, podsOf: { v1: [own], v2: [own] }, endpoints: [own] })),
  };
}

/** Envoy's clusters with all the places of the fleet; those of an east-west gateway with its own cluster's. */
function leadTo<One extends ProxyClusterFacts>(clusters: readonly One[], ways: One["endpoints"]): readonly One[] {
  return clusters.map((one) => ({ ...one, endpoints: one.name.startsWith("outbound|") ? ways : ways.slice(0, 1) }));
}

/** What istiod knows of other clusters, and of all. */
function knownOf(
  others: readonly number[],
  all: readonly number[],
): Pick<IstiodPod, "remotes" | "networkGateways" | "shards"> {
  return {
    remotes: others.map((other) => ({ cluster: nameOf(other), state: "synced" })),
    networkGateways: all.map((one) => ({
      network: `${nameOf(one)}-net`,
      cluster: nameOf(one),
      address: gatewayAddress(one),
      port: 15_443,
    })),
    shards: all.map((one) => ({
      service: "helloworld.sample.svc.cluster.local",
      cluster: nameOf(one),
      endpoints: [podAddress(one)],
    })),
  };
}

function remoteSecretOf(other: number): RemoteSecretFacts {
  const cluster = nameOf(other);
  return {
    name: `istio-remote-secret-${cluster}`,
    annotation: cluster,
    keys: [cluster],
    credentials: [
      {
        cluster,
        server: `https://${cluster}.example:6443`,
        fingerprint: "01234567",
        token: "jwt",
        trial: { outcome: "accepted", detail: "", clusterUid: uidOf(other) },
      },
    ],
  };
}

function uidOf(index: number): string {
  return `uid-of-${nameOf(index)}`;
}

function podAddress(index: number): string {
  return `${podNetwork(index)}7:5000`;
}

function gatewayAddress(index: number): string {
  return `172.30.${index}.2`;
}

function podNetwork(index: number): string {
  return `10.42.${index}.`;
}
