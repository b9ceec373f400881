import { STATUS_CODES } from "node:http";
import type { ProxyFilterFacts } from "../../core/checks/proxy-facts.ts";
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

/** A filter's settings, of which some come in a struct with the name of their type beside it. */
export interface FilterConfig {
  readonly "@type"?: string;
  readonly type_url?: string;
  readonly value?: object;
  readonly [field: string]: unknown;
}

interface Chain {
  readonly filters?: readonly {
    readonly typed_config?: {
      /** Of listeners whose routes are not sent by themselves: those for incoming requests. */
      readonly route_config?: RouteTable;
      readonly http_filters?: readonly { readonly name?: string; readonly typed_config?: FilterConfig }[];
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

/**
 * Filters that answer requests themselves, from a proxy's pages of listeners
 * and routes: limits, and faults of a whole listener, which Istio itself never
 * makes. Each once, with the listener or virtual host that has it.
 */
export function readProxyFilters(pages: {
  readonly listeners: ListenersPage;
  readonly routes: RoutesPage;
}): readonly ProxyFilterFacts[] {
  const ofListeners = (pages.listeners.configs ?? []).flatMap(({ active_state: active }) => {
    const { name = "", filter_chains: chains = [], default_filter_chain: last = {} } = active?.listener ?? {};
    const settings = [...chains, last].flatMap(({ filters = [] }) => filters.flatMap((one) => one.typed_config ?? []));
    return [
      ...settings
        .flatMap((one) => one.http_filters ?? [])
        .flatMap(({ typed_config: config }) => readFilter(`listener ${name}`, config)),
      ...settings.flatMap((one) => readTable(one.route_config)),
    ];
  });
  const ofHosts = (pages.routes.configs ?? []).flatMap(({ route_config: table }) => readTable(table));
  const all = [...ofListeners, ...ofHosts];
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
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
  return fault === undefined ? [] : [{ at, filter: "fault", fault }];
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
