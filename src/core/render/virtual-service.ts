import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Mesh, Route, Service } from "../model/mesh.ts";
import { networkingOf } from "../releases/istio-releases.ts";
import type { RequestMatch } from "../routing/match-relation.ts";
import { requestsOf, sharesHost } from "../routing/doors.ts";
import { listenersOf } from "../routing/hosts.ts";
import { wholeMesh } from "../routing/routes-at.ts";
import { hostsPublishedVia, passedOver } from "./external-dns-annotations.ts";
import { routeNamespace } from "./front-gateway.ts";
import { serviceHost } from "./names.ts";
import { renderRouteSettings } from "./route-settings.ts";
import { sessionRule } from "./sessions.ts";

/**
 * The weighted route of a service. The same object goes to every cluster, so
 * that every ingress obeys the same weights. Where a host has several routes
 * the object has the weights only, and the host's own VirtualService
 * (`renderHostRoutes`) says in which order and for which requests
 * (docs/adr/0016).
 */
export function renderVirtualService(mesh: Mesh, service: Service, route: Route): KubeObject {
  const settings = renderRouteSettings(service, route);
  const name = sessionRule(service, route);
  const rule = {
    ...(name === undefined ? {} : { name }),
    ...settings,
    ...(route.redirect === undefined ? { route: renderDestinations(service, route) } : {}),
  };
  const { hosts } = route;
  const [listener = "http"] = listenersOf(route);
  return {
    apiVersion: networkingOf(mesh.istio),
    kind: "VirtualService",
    metadata: {
      name: route.name,
      namespace: routeNamespace(service, route),
      ...(sharesHost(mesh, route) ? {} : writtenBy(mesh, hosts)),
    },
    spec: sharesHost(mesh, route)
      ? { http: [rule] }
      : {
          gateways: [...route.gateways],
          hosts: [...hosts],
          http: [{ match: [renderMatch(requestsOf({ service, route }, { listener, hosts }))], ...rule }],
        },
  };
}

/** external-dns with the source istio-virtualservice writes the hosts of every VirtualService; those that isthmus publishes, in any region, are not its. */
export function writtenBy(mesh: Mesh, hosts: readonly string[]): Pick<KubeObject["metadata"], "annotations"> {
  const own = hostsPublishedVia("isthmus", wholeMesh(mesh));
  return hosts.some((host) => own.has(host)) ? { annotations: { ...passedOver } } : {};
}

/** The conditions of a route as an HTTPMatchRequest. */
export function renderMatch(match: RequestMatch): Json {
  const headers = Object.entries(match.headers).map(([name, one]) => [name, { [one.kind]: one.value }]);
  const queryParams = Object.entries(match.queryParams ?? {}).map(([name, one]) => [name, { [one.kind]: one.value }]);
  return {
    uri: { [match.path.kind]: match.path.value },
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    ...renderMethods(match.methods),
    ...(queryParams.length === 0 ? {} : { queryParams: Object.fromEntries(queryParams) }),
    ...(match.port === undefined ? {} : { port: match.port }),
  };
}

function renderMethods(methods: RequestMatch["methods"]): { readonly method?: Json } {
  const [only, another] = methods ?? [];
  return methods === undefined || only === undefined
    ? {}
    : { method: another === undefined ? { exact: only } : { regex: methods.join("|") } };
}

/** The versions of a service as weighted destinations: of requests, and of connections. */
export function renderDestinations(service: Service, route: Route): Json[] {
  return service.versions.map((version) => ({
    destination: { host: serviceHost(service), port: { number: service.port }, subset: version.name },
    weight: route.weights[version.name] ?? 0,
  }));
}
