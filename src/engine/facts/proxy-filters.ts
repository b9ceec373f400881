import { STATUS_CODES } from "node:http";
import type { ProxyFilterFacts } from "../../core/checks/proxy-facts.ts";
import type { FilterConfig } from "./refusing-filters.ts";
import { refusalsOf } from "./refusing-filters.ts";
import type { EnvoyShare } from "../../core/proxy/read-fault.ts";
import { percentOf, readFault } from "../../core/proxy/read-fault.ts";

/** Envoy's local rate limit (https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/local_ratelimit/v3/local_rate_limit.proto). */
interface EnvoyLimit {
  readonly status?: { readonly code?: string | number };
  readonly token_bucket?: {
    readonly max_tokens?: number;
    readonly tokens_per_fill?: number;
    readonly fill_interval?: string;
  };
  /** Nothing is limited, or enforced, where these are left out. */
  readonly filter_enabled?: { readonly default_value?: EnvoyShare };
  readonly filter_enforced?: { readonly default_value?: EnvoyShare };
}

/** Envoy's question to an authorizer (https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/ext_authz/v3/ext_authz.proto). */
interface EnvoyAuthorizer {
  readonly grpc_service?: { readonly envoy_grpc?: { readonly cluster_name?: string } };
  readonly http_service?: { readonly server_uri?: { readonly cluster?: string } };
  /** Requests pass where nobody answers. */
  readonly failure_mode_allow?: boolean;
  /** For which requests it asks at all. */
  readonly filter_enabled?: { readonly default_value?: EnvoyShare };
  readonly filter_enabled_metadata?: object;
}

interface Chain {
  readonly filters?: readonly {
    readonly typed_config?: {
      /** Of listeners whose routes are not sent by themselves: those for incoming requests. */
      readonly route_config?: RouteTable;
      readonly http_filters?: readonly {
        readonly name?: string;
        readonly typed_config?: FilterConfig;
        /** In place of `typed_config` where it comes by itself. */
        readonly config_discovery?: object;
        readonly disabled?: boolean;
      }[];
    };
  }[];
}

/** `/config_dump?resource=dynamic_listeners` */
export interface ListenersPage {
  readonly configs?: readonly {
    readonly active_state?: {
      readonly listener?: {
        readonly name?: string;
        readonly filter_chains?: readonly Chain[];
        readonly default_filter_chain?: Chain;
      };
    };
  }[];
}

type Configs = Readonly<Record<string, FilterConfig | undefined>>;

interface RouteTable {
  readonly virtual_hosts?: readonly {
    readonly name?: string;
    readonly typed_per_filter_config?: Configs;
    readonly routes?: readonly { readonly typed_per_filter_config?: Configs }[];
  }[];
}

/** `/config_dump?resource=dynamic_route_configs` */
export interface RoutesPage {
  readonly configs?: readonly { readonly route_config?: RouteTable }[];
}

/** The admin page with the filters that come by themselves: those of WasmPlugins. */
export const extensionsPath = "/config_dump?resource=ecds_filters";

/** `extensionsPath` */
export interface ExtensionsPage {
  readonly configs?: readonly {
    readonly ecds_filter?: {
      readonly name?: string;
      readonly typed_config?: { readonly rules_stat_prefix?: string };
    };
  }[];
}

/** Whether a proxy's page of listeners names filters that come by themselves. */
export function hasExtensions(listeners: string): boolean {
  return listeners.includes('"config_discovery"');
}

/** The clusters by which filters of the listeners ask whether requests may pass. */
export function authorizersIn(listeners: ListenersPage): readonly string[] {
  return [...new Set(settingsIn(listeners).flatMap(({ filters }) => filters.flatMap(authorizerOf)))];
}

/**
 * Filters that answer requests themselves, from a proxy's pages of listeners
 * and routes: limits, and faults of a whole listener, which Istio itself never
 * makes; authorizers whose cluster is not among `clusters`, where these are
 * known; and extensions that could not be fetched. Each once, with the listener
 * or virtual host that has it.
 */
export function readProxyFilters(pages: {
  readonly listeners: ListenersPage;
  readonly routes: RoutesPage;
  readonly extensions?: ExtensionsPage;
  readonly clusters?: ReadonlySet<string>;
}): readonly ProxyFilterFacts[] {
  const unfetched = unfetchedIn(pages.extensions);
  const ofListeners = settingsIn(pages.listeners).flatMap(({ name, filters, tables, network }) => [
    ...network.flatMap((config) => refusalsOf(`listener ${name}`, config)),
    ...filters.flatMap((one) => [
      ...readFilter(`listener ${name}`, one.typed_config),
      ...authorizerOf(one)
        .filter((asks) => pages.clusters?.has(asks) === false)
        .map((asks): ProxyFilterFacts => ({ at: `listener ${name}`, filter: "ext_authz", asks })),
      ...(unfetched.includes(one.name ?? "")
        ? [{ at: `listener ${name}`, filter: "wasm" as const, unfetched: extensionOf(one.name ?? "") }]
        : []),
    ]),
    ...tables.flatMap(readTable),
  ]);
  const ofHosts = (pages.routes.configs ?? []).flatMap(({ route_config: table }) => readTable(table));
  const all = [...ofListeners, ...ofHosts];
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

type HttpFilter = NonNullable<
  NonNullable<NonNullable<Chain["filters"]>[number]["typed_config"]>["http_filters"]
>[number];

function settingsIn(page: ListenersPage): readonly {
  readonly name: string;
  readonly filters: readonly HttpFilter[];
  readonly tables: readonly (RouteTable | undefined)[];
  readonly network: readonly FilterConfig[];
}[] {
  return (page.configs ?? []).map(({ active_state: active }) => {
    const { name = "", filter_chains: chains = [], default_filter_chain: last = {} } = active?.listener ?? {};
    const settings = [...chains, last].flatMap(({ filters = [] }) => filters.flatMap((one) => one.typed_config ?? []));
    return {
      name,
      filters: settings.flatMap((one) => one.http_filters ?? []),
      tables: settings.map((one) => one.route_config),
      network: settings,
    };
  });
}

/** One that keeps all requests back until its authorizer answers. */
function authorizerOf({ typed_config: config = {}, disabled }: HttpFilter): readonly string[] {
  const asks = (config.value ?? config) as EnvoyAuthorizer;
  const isAuthorizer = (config.type_url ?? config["@type"] ?? "").endsWith(".ExtAuthz");
  const cluster = asks.grpc_service?.envoy_grpc?.cluster_name ?? asks.http_service?.server_uri?.cluster;
  return isAuthorizer && disabled !== true && keepsAll(asks) && cluster !== undefined ? [cluster] : [];
}

/** False for one that is for some requests only, and for one that lets them pass where nobody answers. */
function keepsAll({
  failure_mode_allow: passes,
  filter_enabled: share,
  filter_enabled_metadata: some,
}: EnvoyAuthorizer) {
  return passes !== true && some === undefined && (share === undefined || percentOf(share.default_value) >= 100);
}

/** Istio's agent puts this filter, which refuses everything, in place of what it could not fetch (istio.io/istio, pkg/wasm/convert.go). */
const inPlace = "wasm-default-deny";

function unfetchedIn({ configs = [] }: ExtensionsPage = {}): readonly string[] {
  return configs.flatMap(({ ecds_filter: filter }) =>
    filter?.typed_config?.rules_stat_prefix === inPlace ? (filter.name ?? []) : [],
  );
}

/** `extensions.istio.io/wasmplugin/shop.guard`, and since Istio 1.31 `extensions.istio.io/trafficextension/shop.guard~istio-translated-wasmplugin` → `shop.guard`. */
function extensionOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1).replace(/~.*$/, "");
}

/** Of single routes the limits: faults there are a VirtualService's, and told with their routes. */
function readTable({ virtual_hosts: hosts = [] }: RouteTable = {}): readonly ProxyFilterFacts[] {
  return hosts.flatMap(({ name = "", typed_per_filter_config: configs = {}, routes = [] }) => [
    ...Object.values(configs).flatMap((config) => readFilter(`virtual host ${name}`, config)),
    ...routes
      .flatMap(({ typed_per_filter_config: own = {} }) => Object.values(own))
      .flatMap((config) => readFilter(`a route of virtual host ${name}`, config))
      .filter(({ limit }) => limit !== undefined),
  ]);
}

function readFilter(at: string, config: FilterConfig = {}): readonly ProxyFilterFacts[] {
  const type = config.type_url ?? config["@type"] ?? "";
  const settings = config.value ?? config;
  if (type.endsWith(".LocalRateLimit")) {
    const limit = readLimit(settings);
    return limit === undefined ? [] : [{ at, filter: "local_ratelimit", limit }];
  }
  const fault = type.endsWith(".HTTPFault") ? readFault(settings) : undefined;
  return fault === undefined ? refusalsOf(at, config) : [{ at, filter: "fault", fault }];
}

function readLimit({
  status,
  token_bucket: bucket = {},
  filter_enabled: enabled,
  filter_enforced: enforced,
}: EnvoyLimit): ProxyFilterFacts["limit"] {
  const percent = (percentOf(enabled?.default_value) * percentOf(enforced?.default_value)) / 100;
  const seconds = Number.parseFloat(bucket.fill_interval ?? "0");
  return percent === 0 || seconds === 0
    ? undefined
    : {
        status: statusOf(status?.code),
        burst: bucket.max_tokens ?? 0,
        perSecond: (bucket.tokens_per_fill ?? 1) / seconds,
        percent,
      };
}

/** Envoy writes a status as its API calls it (`ServiceUnavailable`), a struct whatever its author wrote; 429 where nothing is said. */
function statusOf(code: string | number = 429): number {
  const called = Object.entries(STATUS_CODES).find(([, name = ""]) => name.replaceAll(/[^A-Za-z]/g, "") === code);
  return typeof code === "number" ? code : Number(called?.[0] ?? 0);
}
