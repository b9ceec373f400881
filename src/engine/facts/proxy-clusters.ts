import type { ProxyClusterFacts } from "../../core/checks/proxy-facts.ts";
import type { Service } from "../../core/model/mesh.ts";
import { hostsOfService } from "../../core/routing/version-service.ts";
import { compareText } from "../../core/render/order.ts";
import type { ProxyEndpoint, ProxyEndpoints } from "./proxy-endpoints.ts";
import { parseProxyEndpoints } from "./proxy-endpoints.ts";

/**
 * A proxy's clusters of these services with their endpoints, sorted, from its
 * admin page `/clusters?format=json`. `outbound|…` are what the proxy itself asks,
 * `outbound_.…` what an east-west gateway passes on to. `failing` is what `readFailing` found.
 */
export function readProxyClusters(
  body: string,
  services: readonly Service[],
  failing: ReadonlyMap<string, number> = new Map(),
): readonly ProxyClusterFacts[] {
  const hosts = new Set(services.flatMap(hostsOfService));
  const all = parseProxyEndpoints(body);
  const reached = reachedAddresses(all);
  return [...all]
    .filter(([name]) => hosts.has(/^outbound(?:\|.*\||_\..*_\.)([^|]+)$/.exec(name)?.[1] ?? ""))
    .map(([name, endpoints]) => ({
      name,
      endpoints: endpoints
        .map((endpoint) => ({ ...readEndpoint(endpoint, reached), ...failingAt(endpoint.address, failing) }))
        .toSorted((a, b) => compareText(a.address, b.address)),
    }))
    .toSorted((a, b) => compareText(a.name, b.name));
}

function failingAt(address: string, failing: ReadonlyMap<string, number>): { readonly failing?: number } {
  const failed = failing.get(address);
  return failed === undefined ? {} : { failing: failed };
}

/** The names of all clusters in a proxy's page `/clusters?format=json`, also of those without endpoints. */
export function readClusterNames(body: string): ReadonlySet<string> {
  return new Set(parseProxyEndpoints(body).keys());
}

/**
 * Addresses at which some connection of a proxy has come about, for whichever of
 * its clusters: all versions of another network are behind one gateway, and where
 * one of them is reached, it is not the network that keeps another one away.
 * Envoy counts one that it is only trying to open among those that are open,
 * and gives it no request before it is: under traffic some always wait where
 * packets are swallowed (envoyproxy/envoy, source/common/conn_pool/conn_pool_base.cc;
 * findings/envoy-active-connections-not-yet-open.sh).
 */
export function reachedAddresses(all: ProxyEndpoints): ReadonlySet<string> {
  const endpoints = [...all.values()].flat();
  return new Set(
    endpoints
      .filter(
        ({ connections: { total, failed, open }, counters }) =>
          total > failed + open || (open > 0 && (failed === 0 || counters.total > 0)),
      )
      .map(({ address }) => address),
  );
}

/** An endpoint as the checks judge it. A single failure may be one of a pod that was just starting. */
export function readEndpoint(
  { address, idle, priority, connections: { failed } }: ProxyEndpoint,
  reached: ReadonlySet<string>,
): ProxyClusterFacts["endpoints"][number] {
  return { address, idle, priority, ...(failed > 1 && !reached.has(address) ? { neverConnected: failed } : {}) };
}
