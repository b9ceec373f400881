import type { ProxyClusterFacts } from "../../core/checks/proxy-facts.ts";
import type { Service } from "../../core/model/mesh.ts";
import { serviceHost } from "../../core/render/names.ts";
import { compareText } from "../../core/render/order.ts";
import type { ProxyEndpoint } from "./proxy-endpoints.ts";
import { parseProxyEndpoints } from "./proxy-endpoints.ts";

/**
 * A proxy's clusters of these services with their endpoints, sorted, from its
 * admin page `/clusters?format=json`. `outbound|…` are what the proxy itself asks,
 * `outbound_.…` what an east-west gateway passes on to.
 */
export function readProxyClusters(body: string, services: readonly Service[]): readonly ProxyClusterFacts[] {
  const hosts = new Set(services.map(serviceHost));
  return [...parseProxyEndpoints(body)]
    .filter(([name]) => hosts.has(/^outbound(?:\|.*\||_\..*_\.)([^|]+)$/.exec(name)?.[1] ?? ""))
    .map(([name, endpoints]) => ({
      name,
      endpoints: endpoints.map(readEndpoint).toSorted((a, b) => compareText(a.address, b.address)),
    }))
    .toSorted((a, b) => compareText(a.name, b.name));
}

/** An endpoint as the checks judge it. A single failure may be one of a pod that was just starting. */
export function readEndpoint({
  address,
  idle,
  priority,
  connections: { total, failed, open },
}: ProxyEndpoint): ProxyClusterFacts["endpoints"][number] {
  return {
    address,
    idle,
    priority,
    ...(total > 1 && failed >= total && open === 0 ? { neverConnected: total } : {}),
  };
}
