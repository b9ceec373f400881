import type { MeshFacts } from "../checks/facts.ts";
import type { FilterChainFacts } from "../checks/proxy-facts.ts";
import { changeConfigs } from "./changed-proxies.ts";
import { healthyFacts } from "./healthy-facts.ts";

/** The name in handshakes of the route. */
export const tlsName = "queue.mesh.example";

/** A version's share of connections, as proxies have it. */
export function shareOf(version: string, weight: number): Readonly<Record<string, number>> {
  return { [`outbound|5000|${version}|helloworld.sample.svc.cluster.local`]: weight };
}

/** What ingress proxies have where all is well. */
export const namedChain: FilterChainFacts = {
  port: 8443,
  serverNames: [tlsName],
  shares: { ...shareOf("v1", 20), ...shareOf("v2", 80) },
};

/** The service has a route of TLS connections, 20 to 80, and the gateways' proxies of east these ways beside their own. */
export function withChains(...east: readonly FilterChainFacts[]): MeshFacts {
  const facts = healthyFacts();
  return {
    ...facts,
    mesh: {
      ...facts.mesh,
      services: facts.mesh.services.map((service) => ({
        ...service,
        routes: service.routes.map((route) => ({
          ...route,
          protocol: "tls" as const,
          hosts: [tlsName],
          weights: { v1: 20, v2: 80 },
        })),
      })),
    },
    clusters: facts.clusters.map((one) =>
      one.kind === "reached"
        ? {
            ...one,
            gateways: changeConfigs(one.gateways, (config) => ({
              ...config,
              chains: [...config.chains, ...(one.cluster === "east" ? east : [namedChain])],
            })),
          }
        : one,
    ),
  };
}
