import type { ProxyConfig } from "../checks/proxy-facts.ts";
import type { Service } from "../model/mesh.ts";
import { eastWestGateway, serviceHost } from "../render/names.ts";
import { routeNamespace } from "../render/front-gateway.ts";

/** Version → `address:port` of its pods in the cluster, and of the other cluster's gateway where it runs there. */
export interface HealthyEndpoints {
  readonly own: Readonly<Record<string, readonly string[]>>;
  readonly remote: Readonly<Record<string, readonly string[]>>;
}

/** What a gateway of the healthy facts holds for one service. */
export function healthyConfig(gateway: string, service: Service, { own, remote }: HealthyEndpoints): ProxyConfig {
  const host = serviceHost(service);
  const endpointsOf = (addresses: readonly string[], priority = 0): ProxyConfig["clusters"][number]["endpoints"] =>
    addresses.map((address) => ({ address, idle: "", priority }));
  const names = service.versions.map((version) => version.name);
  if (gateway === eastWestGateway) {
    const passed = names.map((name) => `outbound_.${service.port}_.${name}_.${host}`);
    return {
      chains: passed.map((name) => ({ port: 15_443, serverNames: [name], cluster: name })),
      routeTables: [],
      awaitedSecrets: [],
      warming: [],
      clusters: passed.map((name, index) => ({ name, endpoints: endpointsOf(own[names[index] ?? ""] ?? []) })),
    };
  }
  return {
    chains: [{ port: 8080, serverNames: [], routeTable: "http.8080" }],
    routeTables: [
      {
        name: "http.8080",
        virtualHosts: service.routes.map((route) => ({
          domains: route.hosts,
          routes: [
            {
              path: { kind: route.match.path.kind, value: route.match.path.value },
              headers: [],
              conditional: false,
              clusters: Object.fromEntries(
                names.map((name) => [`outbound|${service.port}|${name}|${host}`, route.weights[name] ?? 0]),
              ),
              source: `${routeNamespace(service, route)}/${route.name}`,
            },
          ],
        })),
      },
    ],
    awaitedSecrets: [],
    warming: [],
    clusters: names.map((name) => ({
      name: `outbound|${service.port}|${name}|${host}`,
      endpoints: [
        ...endpointsOf(own[name] ?? []),
        ...endpointsOf(remote[name] ?? [], service.failover === undefined ? 0 : 1),
      ],
    })),
  };
}
