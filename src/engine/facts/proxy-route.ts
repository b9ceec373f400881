import type { HeaderMatch, PathMatch, ProxyRouteFacts, RouteRewriteFacts } from "../../core/checks/proxy-facts.ts";
import { readAnswer } from "../../core/checks/redirects.ts";
import type { Service } from "../../core/model/mesh.ts";
import type {
  EnvoyHeaderMatch,
  EnvoyRoute,
  EnvoyRouteAction,
  EnvoyRouteMatch,
  EnvoyStringMatch,
} from "../../core/proxy/envoy-route.ts";
import { madeOf } from "../../core/proxy/envoy-route.ts";
import { readFault } from "../../core/proxy/read-fault.ts";
import { isOfGatewayApi } from "../../core/proxy/route-source.ts";

/** What a match may ask for of which is known whether a request has it. `case_sensitive` is true wherever istiod says nothing else. */
const plainMatchFields = new Set([
  "path",
  "prefix",
  "path_separated_prefix",
  "safe_regex",
  "headers",
  "query_parameters",
  "case_sensitive",
]);

/** The headers, in lower case, that routes of the mesh file ask for, whose values may be in the facts; others might be somebody's secrets. */
export function headersOf(services: readonly Service[]): ReadonlySet<string> {
  return new Set(
    [
      ...services.flatMap((service) => service.routes.flatMap((route) => Object.keys(route.match.headers))),
      ":method",
    ].map(lower),
  );
}

/** One route; of `headers` alone, in lower case, are values kept. */
export function readRoute(
  { name, match = {}, route = {}, metadata, typed_per_filter_config: filters = {}, ...answer }: EnvoyRoute,
  headers: ReadonlySet<string>,
): ProxyRouteFacts {
  const fault = readFault(filters["envoy.filters.http.fault"]);
  const rewrite = readRewrite(route);
  const source = madeOf(metadata, "virtual-service");
  return {
    path: readPath(match),
    headers: (match.headers ?? []).map((one) => readHeader(one, headers)),
    ...(match.query_parameters === undefined ? {} : { queryParams: match.query_parameters.map(({ name }) => name) }),
    conditional: Object.keys(match).some((field) => !plainMatchFields.has(field)) || match.case_sensitive === false,
    clusters: readDestinations(route),
    ...readAnswer(answer),
    ...timeoutOf(route),
    ...(fault === undefined ? {} : { fault }),
    ...(rewrite === undefined ? {} : { rewrite }),
    source,
    ...(name !== undefined && isOfGatewayApi(source) ? { rule: name } : {}),
  };
}

/** Longer ones are nobody's mistake. */
const shortMs = 1000;

/** Envoy takes 0 for as long as it takes (https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#envoy-v3-api-field-config-route-v3-routeaction-timeout). */
function timeoutOf({ timeout }: EnvoyRouteAction): Pick<ProxyRouteFacts, "timeoutMs"> {
  const ms = durationMs(timeout);
  return ms === undefined || ms === 0 || ms >= shortMs ? {} : { timeoutMs: ms };
}

/** A duration as Protobuf's JSON has it: `0.005s`. */
export function durationMs(text: string | undefined): number | undefined {
  const seconds = Number(/^([0-9.]+)s$/.exec(text ?? "")?.[1]);
  return Number.isFinite(seconds) ? Math.round(seconds * 1_000_000) / 1000 : undefined;
}

/** A query might be somebody's secret. */
function readRewrite(action: EnvoyRouteAction): RouteRewriteFacts | undefined {
  const path = (action.prefix_rewrite ?? action.regex_rewrite?.substitution)?.replace(/\?.*$/s, "");
  const host = action.host_rewrite_literal;
  return path === undefined && host === undefined
    ? undefined
    : { ...(path === undefined ? {} : { path }), ...(host === undefined ? {} : { host }) };
}

function readDestinations({ cluster, weighted_clusters: weighted }: EnvoyRouteAction): ProxyRouteFacts["clusters"] {
  if (weighted?.clusters !== undefined) {
    return Object.fromEntries(weighted.clusters.map((one) => [one.name, one.weight ?? 0]));
  }
  return cluster === undefined ? {} : { [cluster]: 100 };
}

function readPath(match: EnvoyRouteMatch): PathMatch {
  if (match.path !== undefined) {
    return { kind: "exact", value: match.path };
  }
  if (match.prefix !== undefined) {
    return { kind: "prefix", value: match.prefix };
  }
  if (match.path_separated_prefix !== undefined) {
    return { kind: "segments", value: match.path_separated_prefix };
  }
  return match.safe_regex?.regex === undefined
    ? { kind: "other", value: "" }
    : { kind: "regex", value: match.safe_regex.regex };
}

function readHeader(header: EnvoyHeaderMatch, known: ReadonlySet<string>): HeaderMatch {
  const match: EnvoyStringMatch = header.string_match ?? {};
  const [exact, prefix] = [match.exact ?? header.exact_match, match.prefix ?? header.prefix_match];
  const regex = match.safe_regex?.regex;
  const found: Pick<HeaderMatch, "kind" | "value"> =
    exact !== undefined
      ? { kind: "exact", value: exact }
      : prefix !== undefined
        ? { kind: "prefix", value: prefix }
        : regex === undefined
          ? { kind: "other", value: "" }
          : { kind: "regex", value: regex };
  return {
    name: lower(header.name),
    ...(known.has(lower(header.name)) ? found : { kind: found.kind, value: "" }),
    inverted: header.invert_match === true,
  };
}

function lower(name: string): string {
  return name.toLowerCase();
}
