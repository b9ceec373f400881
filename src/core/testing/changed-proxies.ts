import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import { withCluster } from "./healthy-facts.ts";

type Gateway = ReachedCluster["gateways"][number];
type Config = Gateway["pods"][number]["config"];
type Endpoints = Config["clusters"][number]["endpoints"];

/** The gateways with another configuration in their proxies. */
export function changeConfigs(gateways: readonly Gateway[], change: (config: Config) => Config): readonly Gateway[] {
  return gateways.map((gateway) => ({
    ...gateway,
    pods: gateway.pods.map((pod) => ({ ...pod, config: change(pod.config) })),
  }));
}

/** The gateways with other endpoints in their proxies. */
export function changeEndpoints(
  gateways: readonly Gateway[],
  change: (endpoints: Endpoints) => Endpoints,
): readonly Gateway[] {
  return changeConfigs(gateways, (config) => ({
    ...config,
    clusters: config.clusters.map((cluster) => ({ ...cluster, endpoints: change(cluster.endpoints) })),
  }));
}

/** The ingress of west has one endpoint more for every version. */
export function withEndpoint(address: string, idle = ""): MeshFacts {
  return withCluster("west", (one) => ({
    gateways: changeEndpoints(one.gateways, (endpoints) => [...endpoints, { address, idle, priority: 0 }]),
  }));
}
