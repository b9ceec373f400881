import type { MeshFacts } from "../checks/facts.ts";
import { fillFailover } from "../mesh-file/failover-defaults.ts";
import { changeEndpoints } from "./changed-proxies.ts";
import { healthyShop } from "./faults/shop.ts";

/**
 * The mesh with a service in both clusters that has this failover: every
 * endpoint in east's proxies has priority `priority`, and east's nodes are
 * labelled with `region`.
 */
export function shopWithFailover(
  failover: Parameters<typeof fillFailover>[0],
  { priority, region = "east" }: { readonly priority?: number; readonly region?: string },
): MeshFacts {
  const facts = healthyShop();
  return {
    ...facts,
    mesh: {
      ...facts.mesh,
      services: facts.mesh.services.map((one) =>
        one.failover === undefined ? one : { ...one, failover: fillFailover(failover) },
      ),
    },
    clusters: facts.clusters.map((one) =>
      one.kind !== "reached" || one.cluster !== "east"
        ? one
        : {
            ...one,
            nodes: one.nodes.map((node) => ({ ...node, region })),
            gateways: changeEndpoints(one.gateways, (endpoints) =>
              endpoints.map((endpoint) => ({ ...endpoint, priority: priority ?? endpoint.priority })),
            ),
          },
    ),
  };
}
