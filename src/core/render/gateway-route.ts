import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Mesh, Route, RouteMatch, Service } from "../model/mesh.ts";
import { readDuration } from "../mesh-file/duration.ts";
import { frontGatewayOf, routesConnections } from "../routing/hosts.ts";
import type { Comparison } from "../routing/match-relation.ts";
import { literalExpression } from "../routing/regex.ts";
import { usesGatewayApi, versionServiceName } from "../routing/version-service.ts";
import { listenerName } from "./api-gateway.ts";
import { renderConnectionRoute } from "./connection-route.ts";
import { gatewayApiVersion, istioNamespace } from "./names.ts";
import { renderVirtualService } from "./virtual-service.ts";

/** What a route is made of in every cluster: its VirtualService, of requests or of connections, or its HTTPRoute. */
export function renderRoute(mesh: Mesh, service: Service, route: Route): KubeObject {
  if (routesConnections(route)) {
    return renderConnectionRoute(mesh, service, route);
  }
  return usesGatewayApi(service) ? renderHttpRoute(service, route) : renderVirtualService(mesh, service, route);
}

/**
 * The HTTPRoute of a route: one rule, which proxies call `namespace.name.0`,
 * with the Service of each version and its weight (docs/adr/0044). At each
 * listener by its name: one without would be at the listener of a wildcard too,
 * and so beside routes that are less exact.
 */
export function renderHttpRoute(service: Service, route: Route): KubeObject {
  const { hosts, timeout } = route;
  const filters = renderFilters(route);
  return {
    apiVersion: gatewayApiVersion,
    kind: "HTTPRoute",
    metadata: { name: route.name, namespace: service.namespace },
    spec: {
      parentRefs: hosts.map((host) => ({
        name: frontGatewayOf(route) ?? "",
        namespace: istioNamespace,
        sectionName: listenerName(host),
      })),
      ...(hosts.includes("*") ? {} : { hostnames: [...hosts] }),
      rules: [
        {
          matches: renderMatches(route.match),
          ...(filters.length === 0 ? {} : { filters }),
          backendRefs: service.versions.map(({ name }) => ({
            name: versionServiceName(service, name),
            port: service.port,
            weight: route.weights[name] ?? 0,
          })),
          ...(timeout === undefined ? {} : { timeouts: { request: gatewayDuration(timeout) } }),
        },
      ],
    },
  };
}

/** One for each method, since a match has one. */
function renderMatches({ path, headers, methods, queryParams = {} }: RouteMatch): Json[] {
  const conditions = {
    path: { type: path.kind === "prefix" ? "PathPrefix" : typeOf(path), value: path.value },
    ...listed("headers", headers),
    ...listed("queryParams", queryParams),
  };
  return methods === undefined ? [conditions] : methods.map((method) => ({ ...conditions, method }));
}

function listed(field: string, all: Readonly<Record<string, Comparison>>): { readonly [key: string]: Json } {
  const entries = Object.entries(all).map(([name, one]) => ({ name, type: typeOf(one), value: valueOf(one) }));
  return entries.length === 0 ? {} : { [field]: entries };
}

/** There is no type for what a value begins with. */
function typeOf({ kind }: Comparison): string {
  return kind === "exact" ? "Exact" : "RegularExpression";
}

function valueOf({ kind, value }: Comparison): string {
  return kind === "prefix" ? `${literalExpression(value)}.*` : value;
}

function renderFilters({ headers = {} }: Route): Json[] {
  return (["request", "response"] as const).flatMap((side): Json[] => {
    const { set = {}, add = {}, remove = [] } = headers[side] ?? {};
    const named = (all: Readonly<Record<string, string>>): Json[] =>
      Object.entries(all).map(([name, value]) => ({ name, value }));
    const changes = {
      ...(Object.keys(set).length === 0 ? {} : { set: named(set) }),
      ...(Object.keys(add).length === 0 ? {} : { add: named(add) }),
      ...(remove.length === 0 ? {} : { remove: [...remove] }),
    };
    const field = `${side}HeaderModifier`;
    return Object.keys(changes).length === 0 ? [] : [{ type: field.replace(/^r/, "R"), [field]: changes }];
  });
}

/** Whole numbers of at most five digits (https://gateway-api.sigs.k8s.io/geps/gep-2257/). */
function gatewayDuration(text: string): string {
  const all = Math.round((readDuration(text) ?? 0) * 1000);
  const parts = [
    [Math.floor(all / 3_600_000), "h"],
    [Math.floor(all / 60_000) % 60, "m"],
    [Math.floor(all / 1000) % 60, "s"],
    [all % 1000, "ms"],
  ] as const;
  return parts.map(([count, unit]) => (count === 0 ? "" : `${count}${unit}`)).join("") || "0s";
}
