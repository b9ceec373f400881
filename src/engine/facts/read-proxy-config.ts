import type { FilterChainFacts, ProxyConfig, RouteTableFacts } from "../../core/checks/proxy-facts.ts";
import type { Service } from "../../core/model/mesh.ts";
import { hostsOfService } from "../../core/routing/version-service.ts";
import { compareText } from "../../core/render/order.ts";
import { readClusterNames, readProxyClusters } from "./proxy-clusters.ts";
import type { ExtensionsPage, ListenersPage, RoutesPage } from "./proxy-filters.ts";
import { readProxyFilters } from "./proxy-filters.ts";
import type { EnvoyRoute } from "../../core/proxy/envoy-route.ts";
import { closestName, namesTaken } from "../../core/proxy/find-route.ts";
import { frontRoutesOf, routesConnections } from "../../core/routing/hosts.ts";
import { headersOf, readRoute } from "./proxy-route.ts";

/** The admin page with the secrets that a proxy has been told to have and has not got. */
export const warmingSecretsPath = "/config_dump?resource=dynamic_warming_secrets";

/** The admin page with the names of the secrets that a proxy has; what is in them is masked out. */
export const activeSecretsPath = "/config_dump?resource=dynamic_active_secrets&mask=name";

/** Bodies of a proxy's admin pages. */
export interface AdminPages {
  /** `/config_dump?resource=dynamic_listeners` */
  readonly listeners: string;
  /** `warmingSecretsPath` */
  readonly warmingSecrets: string;
  /** `/config_dump?resource=dynamic_route_configs`; `{}` for a proxy that has none. */
  readonly routes: string;
  /** `/clusters?format=json` */
  readonly clusters: string;
  /** `extensionsPath`; left out for a proxy without such filters. */
  readonly extensions?: string;
  /** As `readFailing` has it of the page of clusters; left out where nobody looked. */
  readonly failing?: ReadonlyMap<string, number>;
}

/**
 * What a gateway's proxy holds for the mesh's services, from its admin pages
 * (https://www.envoyproxy.io/docs/envoy/latest/api-v3/admin/v3/config_dump_shared.proto).
 * Throws where a page is not JSON.
 */
export function readProxyConfig(pages: AdminPages, services: readonly Service[]): ProxyConfig {
  const headers = headersOf(services);
  // Megabytes each in a large mesh.
  const listeners = JSON.parse(pages.listeners) as Dump<DynamicListener> & ListenersPage;
  const routes = JSON.parse(pages.routes) as Dump<DynamicRoutes> & RoutesPage;
  const filters = readProxyFilters({
    listeners,
    routes,
    clusters: readClusterNames(pages.clusters),
    ...(pages.extensions === undefined ? {} : { extensions: JSON.parse(pages.extensions) as ExtensionsPage }),
  });
  return {
    chains: chainsIn(listeners, services),
    routeTables: configsOf<DynamicRoutes>(routes).map((one) => readRouteTable(one.route_config ?? {}, headers)),
    awaitedSecrets: readAwaitedSecrets(pages.warmingSecrets),
    warming: readWarming(listeners),
    clusters: readProxyClusters(pages.clusters, services, pages.failing),
    ...(filters.length === 0 ? {} : { filters }),
  };
}

/** The ways through a proxy's listeners that lead to routes, or to the mesh's services, from its page of listeners. */
export function readChains(listeners: string, services: readonly Service[]): readonly FilterChainFacts[] {
  return chainsIn(JSON.parse(listeners) as Dump<DynamicListener>, services);
}

/** Ports at which the proxy listens by what istiod sent it, from the page of its listeners. */
export function readListenerPorts(listeners: string): readonly number[] {
  return configsOf(JSON.parse(listeners) as Dump<DynamicListener>).flatMap(
    ({ active_state: active }) => active?.listener?.address?.socket_address?.port_value ?? [],
  );
}

/**
 * Certificates that a proxy waits for, from its page of warming secrets.
 * Istio's listeners wait 15 s for one and are in effect without it afterwards
 * (pilot/pkg/security/model/authentication.go, SDSAdsConfig): from then on this
 * page alone says that TLS connections are reset. Sorted.
 */
export function readAwaitedSecrets(warmingSecrets: string): readonly string[] {
  return readSecretNames(warmingSecrets);
}

/** The Secrets of a proxy's page of warming or active secrets; not what it has of its own. Sorted. */
export function readSecretNames(page: string): readonly string[] {
  const names = configsOf(JSON.parse(page) as Dump<{ readonly name?: string }>).flatMap(
    ({ name = "" }) => /^kubernetes(?:-gateway)?:\/\/(.+)$/.exec(name)?.[1] ?? [],
  );
  return [...new Set(names)].toSorted(compareText);
}

interface Dump<Config> {
  readonly configs?: readonly Config[];
}

interface SocketAddress {
  readonly socket_address?: { readonly port_value?: number };
}

interface ListenerState {
  readonly listener?: { readonly address?: SocketAddress; readonly filter_chains?: readonly Chain[] };
}

interface DynamicListener {
  readonly active_state?: ListenerState;
  readonly warming_state?: ListenerState;
}

interface TypedConfig {
  readonly cluster?: string;
  readonly weighted_clusters?: {
    readonly clusters?: readonly { readonly name: string; readonly weight?: number }[];
  };
  readonly rds?: { readonly route_config_name?: string };
}

interface Chain {
  readonly filter_chain_match?: { readonly server_names?: readonly string[] };
  readonly filters?: readonly { readonly typed_config?: TypedConfig }[];
  readonly transport_socket?: {
    readonly typed_config?: {
      readonly common_tls_context?: {
        readonly tls_certificate_sds_secret_configs?: readonly { readonly name?: string }[];
      };
    };
  };
}

interface DynamicRoutes {
  readonly route_config?: RouteConfig;
}

interface RouteConfig {
  readonly name?: string;
  readonly virtual_hosts?: readonly { readonly domains?: readonly string[]; readonly routes?: readonly EnvoyRoute[] }[];
}

/** Older proxies write `{}` for nothing at all. */
function configsOf<Config>({ configs = [] }: Dump<Config>): readonly Config[] {
  return configs;
}

function readWarming(dump: Dump<DynamicListener>): ProxyConfig["warming"] {
  return configsOf(dump).flatMap(({ active_state: active, warming_state: warming }) => {
    const port = warming?.listener?.address?.socket_address?.port_value;
    return port === undefined ? [] : [{ port, active: active !== undefined }];
  });
}

/** Chains of other services would fill the facts of a large mesh: an east-west gateway has one for every port of every service. */
function chainsIn(dump: Dump<DynamicListener>, services: readonly Service[]): readonly FilterChainFacts[] {
  const hosts = services.flatMap(hostsOfService).map((host) => `_.${host}`);
  const passed = services.flatMap(frontRoutesOf).flatMap((route) => (routesConnections(route) ? route.hosts : []));
  return configsOf(dump).flatMap(({ active_state: active }) => {
    const port = active?.listener?.address?.socket_address?.port_value ?? 0;
    return (active?.listener?.filter_chains ?? [])
      .map((chain) => readChain(port, chain))
      .filter(
        ({ serverNames, routeTable }) =>
          routeTable !== undefined ||
          serverNames.some((name) => hosts.some((host) => name.endsWith(host))) ||
          passed.some((host) => closestName([serverNames], host, namesTaken) !== undefined),
      );
  });
}

function readChain(
  port: number,
  { filter_chain_match: match, filters = [], transport_socket: socket }: Chain,
): FilterChainFacts {
  const configs = filters.flatMap((one) => one.typed_config ?? []);
  const routeTable = configs.find(({ rds }) => rds !== undefined)?.rds?.route_config_name;
  const credential = socket?.typed_config?.common_tls_context?.tls_certificate_sds_secret_configs?.[0]?.name;
  return {
    port,
    serverNames: match?.server_names ?? [],
    ...(routeTable === undefined ? {} : { routeTable }),
    ...leadsTo(configs),
    ...(credential === undefined ? {} : { credential }),
  };
}

function leadsTo(configs: readonly TypedConfig[]): Pick<FilterChainFacts, "cluster" | "shares"> {
  const cluster = configs.find((one) => one.cluster !== undefined)?.cluster;
  const shared = configs.find((one) => one.weighted_clusters !== undefined)?.weighted_clusters?.clusters;
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(shared === undefined
      ? {}
      : { shares: Object.fromEntries(shared.map(({ name, weight = 0 }) => [name, weight])) }),
  };
}

function readRouteTable(
  { name = "", virtual_hosts: hosts = [] }: RouteConfig,
  headers: ReadonlySet<string>,
): RouteTableFacts {
  return {
    name,
    virtualHosts: hosts.map(({ domains = [], routes = [] }) => ({
      domains,
      routes: routes.map((route) => readRoute(route, headers)),
    })),
  };
}
