import type { CallerWay } from "../checks/caller-facts.ts";
import type { ProxyConfig, RouteFaultFacts } from "../checks/proxy-facts.ts";
import { describeRedirect, readAnswer } from "../checks/redirects.ts";
import { chainFor, closestName } from "../proxy/find-route.ts";
import type {
  EnvoyRoute,
  EnvoyRouteAction,
  EnvoyRouteDump,
  EnvoyRouteTable,
  EnvoyVirtualHost,
} from "../proxy/envoy-route.ts";
import { madeOf } from "../proxy/envoy-route.ts";
import { isOfGatewayApi } from "../proxy/route-source.ts";
import { readFault } from "../proxy/read-fault.ts";
import { describeConditions, describePath, takesRequest } from "./takes-request.ts";
import type { ExplainedRequest, Scheme } from "./takes-request.ts";

/** What a proxy holds, as far as it decides where a request goes. */
export interface HeldRouting {
  readonly chains: ProxyConfig["chains"];
  readonly routes: EnvoyRouteDump;
}

/** Where a request comes in: a port of a gateway's pod, or a service's port that a sidecar takes connections for. */
export type Entrance =
  | { readonly kind: "gateway"; readonly port: number; readonly secure: boolean }
  | { readonly kind: "mesh"; readonly port: number };

/** What a proxy does with a request. */
export type RouteDecision =
  | ({ readonly kind: "rule" } & RuleFound)
  /** A sidecar passes connections on without looking at requests; `known` is false where it does not know the service. */
  | {
      readonly kind: "tcp";
      readonly known: boolean;
      /** `namespace/name` of the VirtualService that says so; empty for what istiod makes of a Service alone. */
      readonly virtualService: string;
      readonly destinations: RuleFound["destinations"];
    }
  | { readonly kind: "no-listener" }
  | { readonly kind: "no-host" }
  /** The host takes requests by TLS only, and leads others to https. */
  | { readonly kind: "needs-tls" }
  | { readonly kind: "no-rule"; readonly rules: number }
  /** An earlier rule asks for what cannot be judged. */
  | { readonly kind: "unknown"; readonly rule: RuleName; readonly condition: string };

/** A rule of a virtual host, and where it stands. */
export interface RuleName {
  /** `namespace/name` of the VirtualService that it was made of; empty for what istiod makes of a Service alone, or of a route of the Gateway API. */
  readonly virtualService: string;
  /** What proxies call it where it was made of an HTTPRoute or GRPCRoute: by the rule's own name, or `namespace.name.0` by its place; left out otherwise. */
  readonly gatewayRule?: string;
  /** From 1. */
  readonly position: number;
  readonly of: number;
  /** What it asks of a request, in words, without values of headers. */
  readonly match: string;
}

export interface RuleFound {
  readonly rule: RuleName;
  /** Envoy's clusters that the rule names, with the share of each from 0 to 1; empty where the proxy answers itself. */
  readonly destinations: readonly { readonly cluster: string; readonly share: number }[];
  /** The proxy's own answer, in words; left out where it sends the request on. */
  readonly answers?: string;
  /** The share of requests that the rule makes fail on purpose, 0 to 1. */
  readonly aborted: number;
  /** What else the rule does with requests, in words. */
  readonly also: readonly string[];
}

/**
 * What a proxy does with a request by the routes that it holds: the chain of its
 * listener by port and server name, the virtual host with the closest domain,
 * and the first rule that takes the request. For sidecars the table of the
 * service's port, or the service's own (istio.io/istio,
 * pilot/pkg/networking/core/httproute.go). Pure.
 */
export function explainRequest(held: HeldRouting, entrance: Entrance, request: ExplainedRequest): RouteDecision {
  const table = tableFor(held, entrance, request.host);
  if (table === undefined) {
    return { kind: "no-listener" };
  }
  const host = closestName(table.virtual_hosts ?? [], request.host, ({ domains = [] }) => domains);
  if (host === undefined) {
    return { kind: "no-host" };
  }
  const secure = entrance.kind === "gateway" && entrance.secure;
  return !secure && (host.require_tls ?? "NONE") !== "NONE"
    ? { kind: "needs-tls" }
    : decide(host, request, secure ? "https" : "http");
}

/** The same of connections that a sidecar does not take for HTTP; undefined for those that it does. */
export function explainConnection(way: CallerWay): RouteDecision | undefined {
  const [route] = way.routes;
  if (way.kind === "http" || route === undefined) {
    return undefined;
  }
  const all = Object.entries(route.clusters).filter(([, weight]) => weight > 0);
  const total = all.reduce((sum, [, weight]) => sum + weight, 0);
  return {
    kind: "tcp",
    known: way.kind === "tcp",
    virtualService: route.source,
    destinations: all.map(([cluster, weight]) => ({ cluster, share: weight / total })),
  };
}

function tableFor({ chains, routes }: HeldRouting, entrance: Entrance, host: string): EnvoyRouteTable | undefined {
  const tables = (routes.configs ?? []).flatMap(({ route_config: table }) => table ?? []);
  const names =
    entrance.kind === "gateway"
      ? [chainFor({ chains }, entrance, host)?.routeTable]
      : [`${host}:${entrance.port}`, String(entrance.port)];
  return names.map((name) => tables.find((one) => one.name === name)).find((one) => one !== undefined);
}

function decide({ routes = [] }: EnvoyVirtualHost, request: ExplainedRequest, scheme: Scheme): RouteDecision {
  for (const [index, route] of routes.entries()) {
    const rule = nameOf(route, index + 1, routes.length);
    const taken = takesRequest(route.match ?? {}, request, scheme);
    if (typeof taken === "object") {
      return { kind: "unknown", rule, condition: taken.unknown };
    }
    if (taken === "yes" && route.route?.cluster_header !== undefined) {
      return { kind: "unknown", rule, condition: "`cluster_header`" };
    }
    if (taken === "yes") {
      return { kind: "rule", rule, ...doneBy(route) };
    }
  }
  return { kind: "no-rule", rules: routes.length };
}

function nameOf({ name = "", match = {}, metadata }: EnvoyRoute, position: number, of: number): RuleName {
  const source = madeOf(metadata, "virtual-service");
  return {
    ...(isOfGatewayApi(source) ? { virtualService: "", gatewayRule: name } : { virtualService: source }),
    position,
    of,
    match: [describePath(match), ...describeConditions(match)].join(", "),
  };
}

function doneBy(route: EnvoyRoute): Pick<RuleFound, "destinations" | "answers" | "aborted" | "also"> {
  const { redirect, answers } = readAnswer(route);
  const weighted = route.route?.weighted_clusters?.clusters;
  const all = weighted ?? (route.route?.cluster === undefined ? [] : [{ name: route.route.cluster, weight: 1 }]);
  const total = all.reduce((sum, { weight = 0 }) => sum + weight, 0);
  const answer =
    redirect === undefined
      ? answers === undefined
        ? undefined
        : `answers with status ${answers} itself`
      : `answers with ${describeRedirect(redirect)}`;
  return {
    destinations: all.flatMap(({ name, weight = 0 }) =>
      weight === 0 ? [] : [{ cluster: name, share: weight / total }],
    ),
    ...(answer === undefined ? {} : { answers: answer }),
    aborted: (faultOf(route)?.abort?.percent ?? 0) / 100,
    also: alsoDone(route),
  };
}

function faultOf({ typed_per_filter_config: filters = {} }: EnvoyRoute): RouteFaultFacts | undefined {
  return readFault(filters["envoy.filters.http.fault"]);
}

function alsoDone(envoyRoute: EnvoyRoute): readonly string[] {
  const { route } = envoyRoute;
  const { abort, delay } = faultOf(envoyRoute) ?? {};
  return [
    ...(abort === undefined
      ? []
      : [`makes ${abort.percent} % fail with ${abort.status === 0 ? "a status of gRPC" : `status ${abort.status}`}`]),
    ...(delay === undefined ? [] : [`holds ${delay.percent} % back for ${delay.seconds} s`]),
    ...(route?.request_mirror_policies ?? []).flatMap(({ cluster }) =>
      cluster === undefined ? [] : [`mirrors to ${cluster}`],
    ),
    ...describeSessions(route),
    ...(route?.prefix_rewrite === undefined && route?.regex_rewrite === undefined ? [] : ["rewrites the path"]),
    ...(route?.timeout === undefined || route.timeout === "0s" ? [] : [`ends after ${route.timeout}`]),
  ];
}

/** Shares are of persons then, and each is all or nothing for one of them. */
function describeSessions({
  weighted_clusters: weighted,
  hash_policy: policies = [],
}: EnvoyRouteAction = {}): string[] {
  if (weighted?.use_hash_policy !== true) {
    return [];
  }
  const keys = policies.flatMap(({ header, cookie, query_parameter: query }) => [
    ...(header?.header_name === undefined ? [] : [`header ${header.header_name}`]),
    ...(cookie?.name === undefined ? [] : [`cookie ${cookie.name}`]),
    ...(query?.name === undefined ? [] : [`query parameter ${query.name}`]),
  ]);
  return keys.length === 0 ? [] : [`gives all requests with the same ${keys.join(" and ")} to one of these (sessions)`];
}
