import type { CallerCluster, CallerWay } from "../../core/checks/caller-facts.ts";
import { closestName } from "../../core/proxy/find-route.ts";
import type { ProxyRouteFacts } from "../../core/checks/proxy-facts.ts";
import { compareText } from "../../core/render/order.ts";
import { reachedAddresses, readEndpoint } from "./proxy-clusters.ts";
import { parseProxyEndpoints } from "./proxy-endpoints.ts";
import type { EnvoyRoute, IstioMetadata } from "../../core/proxy/envoy-route.ts";
import { madeOf } from "../../core/proxy/envoy-route.ts";
import { durationMs, readRoute } from "./proxy-route.ts";

/** Where a caller connects to: a Service's name, addresses and one of its ports. */
export interface CallTarget {
  /** `namespace/name`. */
  readonly service: string;
  readonly host: string;
  /** Cluster IPs; empty for a headless Service. */
  readonly addresses: readonly string[];
  readonly port: number;
}

/** What a sidecar does with connections to a service's port; undefined where it has neither a listener for it nor one for all others. */
export function readWay(
  pages: { readonly listeners: string; readonly routes: string },
  target: CallTarget,
): CallerWay | undefined {
  return readWays(pages, [target], new Set())[0];
}

interface Dump<Config> {
  readonly configs?: readonly Config[];
}

interface Listener {
  readonly name?: string;
  readonly filter_chains?: readonly Chain[];
  readonly default_filter_chain?: Chain;
}

interface Chain {
  readonly filter_chain_match?: { readonly destination_port?: number; readonly server_names?: readonly string[] };
  readonly filters?: readonly {
    readonly typed_config?: {
      readonly rds?: { readonly route_config_name?: string };
      readonly cluster?: string;
      readonly weighted_clusters?: {
        readonly clusters?: readonly { readonly name: string; readonly weight?: number }[];
      };
    };
  }[];
  readonly metadata?: IstioMetadata;
}

interface RouteTable {
  readonly name?: string;
  readonly virtual_hosts?: readonly { readonly domains?: readonly string[]; readonly routes?: readonly EnvoyRoute[] }[];
}

/** The listener for whatever no other is for. */
const anyOther = "virtualOutbound";

/** The listener for what a pod is sent. */
const inbound = "virtualInbound";

/** The pages with the listeners and the routes for these ports; a regular expression of Envoy's matches whole names. */
export function wayPaths(
  targets: readonly CallTarget[],
  { filtered }: { readonly filtered: boolean },
): { readonly listeners: string; readonly routes: string } {
  const ports = [...new Set(targets.map(({ port }) => port))].toSorted((a, b) => a - b).join("|");
  return {
    // The largest listener of all, which is Istio's own unless somebody has filters.
    listeners: dumpOf("dynamic_listeners", `${anyOther}|${filtered ? `${inbound}|` : ""}.*_(${ports})`),
    routes: dumpOf("dynamic_route_configs", `(.*:)?(${ports})`),
  };
}

/** The longest path by which single clusters are asked for: servers and proxies on the way take 8 KiB. */
const longestPath = 4000;

/** The pages with these clusters and their endpoints, or with more. Envoy before 1.32 gives all endpoints. */
export function clusterPaths(names: readonly string[]): { readonly clusters: string; readonly endpoints: string } {
  const exact = names.map((name) => name.replaceAll(/[|.*]/g, String.raw`\$&`)).join("|");
  const pattern = encodeURIComponent(exact).length > longestPath ? String.raw`outbound\|.*` : exact;
  return {
    clusters: dumpOf("dynamic_active_clusters", pattern),
    endpoints: `/clusters?format=json&filter=${encodeURIComponent(`^(${pattern})$`)}`,
  };
}

function dumpOf(resource: string, pattern: string): string {
  return `/config_dump?resource=${resource}&name_regex=${encodeURIComponent(pattern)}`;
}

/** What takes requests to each of these targets, by a sidecar's pages of listeners and routes. */
export function readWays(
  pages: { readonly listeners: string; readonly routes: string },
  targets: readonly CallTarget[],
  headers: ReadonlySet<string>,
): readonly CallerWay[] {
  const listeners = new Map(
    (
      (JSON.parse(pages.listeners) as Dump<{ readonly active_state?: { readonly listener?: Listener } }>).configs ?? []
    ).flatMap(({ active_state: active }) =>
      active?.listener === undefined ? [] : [[active.listener.name ?? "", active.listener] as const],
    ),
  );
  const tables = new Map(
    ((JSON.parse(pages.routes) as Dump<{ readonly route_config?: RouteTable }>).configs ?? []).flatMap(
      ({ route_config: table }) => (table === undefined ? [] : [[table.name ?? "", table] as const]),
    ),
  );
  return targets.flatMap((target): readonly CallerWay[] => {
    const { service, port, host } = target;
    const listener = listenerFor(target, listeners);
    if (listener === undefined) {
      const { filter_chains: chains = [] } = listeners.get(anyOther) ?? {};
      const last = chains.find((chain) => chain.filter_chain_match?.destination_port === undefined);
      // The listeners of a headless Service carry the addresses of its pods.
      return last === undefined || target.addresses.length === 0
        ? []
        : [{ service, port, kind: "past", routes: [passedOn(last)] }];
    }
    const chains = chainsOf(listener);
    const table = chains.flatMap(tableOf)[0];
    if (table === undefined) {
      const chain =
        chains.find((one) => one.filter_chain_match?.server_names?.includes(host) === true) ?? chains.at(-1);
      return chain === undefined ? [] : [{ service, port, kind: "tcp", routes: [passedOn(chain)] }];
    }
    const found = closestName(tables.get(table)?.virtual_hosts ?? [], host, ({ domains = [] }) => domains);
    return [{ service, port, kind: "http", routes: (found?.routes ?? []).map((route) => readRoute(route, headers)) }];
  });
}

/** The service's own address goes before all addresses. */
function listenerFor({ addresses, port }: CallTarget, listeners: ReadonlyMap<string, Listener>): Listener | undefined {
  return [...addresses, "0.0.0.0", "[::]", "::"]
    .map((address) => listeners.get(`${address}_${port}`))
    .find((one) => one !== undefined);
}

function chainsOf({ filter_chains: chains = [], default_filter_chain: last }: Listener): readonly Chain[] {
  return last === undefined ? chains : [...chains, last];
}

function tableOf({ filters = [] }: Chain): readonly string[] {
  return filters.flatMap(({ typed_config: config }) => config?.rds?.route_config_name ?? []);
}

function passedOn({ filters = [], metadata }: Chain): ProxyRouteFacts {
  const configs = filters.flatMap(({ typed_config: config }) => config ?? []);
  const weighted = configs.flatMap((one) => one.weighted_clusters?.clusters ?? []);
  const single = configs.flatMap(({ cluster }) => (cluster === undefined ? [] : [{ name: cluster, weight: 100 }]));
  return {
    path: { kind: "prefix", value: "" },
    headers: [],
    conditional: false,
    clusters: Object.fromEntries([...weighted, ...single].map(({ name, weight = 0 }) => [name, weight])),
    source: madeOf(metadata, "virtual-service"),
  };
}

interface EnvoyCluster {
  readonly name?: string;
  readonly connect_timeout?: string;
  readonly circuit_breakers?: { readonly thresholds?: readonly EnvoyThresholds[] };
  readonly type?: string;
  readonly transport_socket?: {
    readonly typed_config?: {
      readonly common_tls_context?: {
        readonly tls_certificate_sds_secret_configs?: readonly { readonly name?: string }[];
      };
    };
  };
  readonly transport_socket_matches?: readonly unknown[];
  readonly metadata?: {
    readonly filter_metadata?: {
      readonly istio?: {
        readonly config?: string;
        readonly services?: readonly { readonly name?: string; readonly namespace?: string; readonly host?: string }[];
      };
    };
  };
}

interface EnvoyThresholds {
  /** `HIGH` for requests that ask for it; none do in Istio. */
  readonly priority?: string;
  readonly max_connections?: number;
  readonly max_pending_requests?: number;
  readonly max_requests?: number;
}

/** Those of the clusters that the proxy has, sorted, by its pages of clusters and of their endpoints. */
export function readCallerClusters(
  pages: { readonly clusters: string; readonly endpoints: string },
  names: readonly string[],
): readonly CallerCluster[] {
  const endpoints = parseProxyEndpoints(pages.endpoints);
  const reached = reachedAddresses(endpoints);
  const wanted = new Set(names);
  const dump = JSON.parse(pages.clusters) as Dump<{ readonly cluster?: EnvoyCluster }>;
  return (dump.configs ?? [])
    .flatMap(({ cluster }) => (cluster !== undefined && wanted.has(cluster.name ?? "") ? [cluster] : []))
    .map((cluster): CallerCluster => {
      const { name = "", type = "", metadata } = cluster;
      const rule = madeOf(metadata, "destination-rule");
      const entry = entryOf(cluster);
      return {
        name,
        tls: tlsOf(cluster),
        ...(type === "ORIGINAL_DST" ? { direct: true as const } : {}),
        ...limitsOf(cluster),
        ...(rule === "" ? {} : { rule }),
        ...(entry === undefined ? {} : { entryOf: entry }),
        endpoints: (endpoints.get(name) ?? [])
          .map((endpoint) => readEndpoint(endpoint, reached))
          .toSorted((a, b) => compareText(a.address, b.address)),
      };
    })
    .toSorted((a, b) => compareText(a.name, b.name));
}

/** More at once, and a longer time, are not little. */
const littleAtOnce = 10;
const littleMs = 1000;

function limitsOf({
  circuit_breakers: breakers,
  connect_timeout: timeout,
}: EnvoyCluster): Pick<CallerCluster, "limits"> {
  const own = breakers?.thresholds?.find(({ priority = "DEFAULT" }) => priority === "DEFAULT") ?? {};
  const connectMs = durationMs(timeout);
  const few = (value: number | undefined): value is number => value !== undefined && value <= littleAtOnce;
  const limits = {
    ...(few(own.max_connections) ? { connections: own.max_connections } : {}),
    ...(few(own.max_pending_requests) ? { pending: own.max_pending_requests } : {}),
    ...(few(own.max_requests) ? { requests: own.max_requests } : {}),
    ...(connectMs === undefined || connectMs >= littleMs ? {} : { connectMs }),
  };
  return Object.keys(limits).length === 0 ? {} : { limits };
}

/** Istio's matches choose by each endpoint; its own certificate is called `default` (istio.io/istio, pilot/pkg/networking/core/cluster_tls.go). */
function tlsOf({
  transport_socket: socket,
  transport_socket_matches: matches = [],
}: EnvoyCluster): CallerCluster["tls"] {
  if (matches.length > 0) {
    return "auto";
  }
  if (socket === undefined) {
    return "none";
  }
  const certificates = socket.typed_config?.common_tls_context?.tls_certificate_sds_secret_configs ?? [];
  return certificates.some(({ name }) => name === "default") ? "istio" : "other";
}

/** istiod calls a Service by its name alone, and one that is a ServiceEntry by its host. */
function entryOf({ metadata }: EnvoyCluster): string | undefined {
  const [service] = metadata?.filter_metadata?.istio?.services ?? [];
  return service?.name !== undefined && service.name === service.host ? service.namespace : undefined;
}
