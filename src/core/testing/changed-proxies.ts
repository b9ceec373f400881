import type { MeshFacts } from "../checks/facts.ts";
import { withCluster } from "./healthy-facts.ts";

/** The ingress of west has one endpoint more for every version. */
export function withEndpoint(address: string, idle = ""): MeshFacts {
  return withCluster("west", (one) => ({
    gateways: one.gateways.map((gateway) => ({
      ...gateway,
      pods: gateway.pods.map((pod) => ({
        ...pod,
        config: {
          ...pod.config,
          clusters: pod.config.clusters.map((cluster) => ({
            ...cluster,
            endpoints: [...cluster.endpoints, { address, idle }],
          })),
        },
      })),
    })),
  }));
}
