import type { Route, Service } from "../model/mesh.ts";
import { meshGateway, serviceHost } from "../render/names.ts";

/** Where requests of a route come in: the plain or the encrypted port of the ingress gateways, or the sidecars. */
export type Listener = "http" | "https" | "mesh";

interface Named {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/** The Gateway object of a route; undefined where it is for sidecars only. A route has one at most. */
export function frontGatewayOf({ gateways }: Pick<Route, "gateways">): string | undefined {
  return gateways.find((name) => name !== meshGateway);
}

/**
 * The listeners of a route: that of its Gateway, then that of sidecars. All
 * gateways of the mesh file open the same ingress gateways, so that their names
 * make no difference.
 */
export function listenersOf(route: {
  readonly gateways: readonly string[];
  readonly tls?: unknown;
  readonly protocol?: string | undefined;
}): readonly Listener[] {
  return [
    ...(frontGatewayOf(route) === undefined ? [] : [isEncrypted(route) ? ("https" as const) : ("http" as const)]),
    ...(route.gateways.includes(meshGateway) ? ["mesh" as const] : []),
  ];
}

/** Whether a route at a Gateway is at port 443: by a certificate of its own, or by the name in a handshake that its pods answer. */
export function isEncrypted({
  tls,
  protocol,
}: {
  readonly tls?: unknown;
  readonly protocol?: string | undefined;
}): boolean {
  return tls !== undefined || protocol === "tls";
}

/** Whether a route shares out connections, and not requests. */
export function routesConnections({ protocol }: Pick<Route, "protocol">): boolean {
  return protocol !== undefined;
}

/** The routes of HTTP requests by which ingress gateways serve a service. */
export function frontRequestsOf(service: Pick<Service, "routes">): readonly Route[] {
  return frontRoutesOf(service).filter((route) => !routesConnections(route));
}

/**
 * The hosts that a route answers for at one of its listeners. One that has both
 * is for its `hosts` at the gateway and for the service's own name inside the
 * mesh: `*` and names of the outside are none that callers inside are routed by.
 */
export function hostsAt(
  { service, route }: { readonly service: Named; readonly route: Pick<Route, "gateways" | "hosts"> },
  listener: Listener,
): readonly string[] {
  const { name, namespace } = service;
  return listener === "mesh" && frontGatewayOf(route) !== undefined
    ? name === undefined || namespace === undefined
      ? []
      : [serviceHost({ name, namespace })]
    : route.hosts;
}

/**
 * The hosts of a route as proxies know them, each once: in lower case, since Istio
 * compares some of them letter by letter. Those of a route for sidecars alone
 * are full names of services, by default the route's own.
 */
export function hostsOf(
  route: { readonly gateways: readonly string[]; readonly hosts?: readonly (string | undefined)[] | undefined },
  service: Named,
  all: readonly (Named | undefined)[],
): readonly string[] {
  const hosts = [...new Set((route.hosts ?? []).flatMap((host) => host?.toLowerCase() ?? []))];
  if (frontGatewayOf(route) !== undefined || route.gateways.length === 0) {
    return hosts;
  }
  const { name, namespace } = service;
  if (route.hosts === undefined) {
    return name === undefined || namespace === undefined ? [] : [serviceHost({ name, namespace })];
  }
  return [...new Set(hosts.map((host) => completeHost(host, namespace, all)))];
}

/**
 * A name as a pod writes it, completed as its resolver does. Istio itself
 * completes names without dots only
 * (https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-hosts).
 */
export function completeHost(host: string, namespace: string | undefined, all: readonly (Named | undefined)[]): string {
  const [name = "", of, svc, ...more] = host.split(".");
  if (name === "*") {
    return host;
  }
  if (of === undefined) {
    return namespace === undefined ? host : serviceHost({ name, namespace });
  }
  const isService = all.some((one) => one?.name === name && one.namespace === of);
  return more.length === 0 && (svc === "svc" || (svc === undefined && isService))
    ? serviceHost({ name, namespace: of })
    : host;
}

/** Whether a wildcard stands for a host or for a narrower wildcard: `*` for all, `*.example.org` for www.example.org and *.a.example.org. */
export function standsFor(wildcard: string, host: string): boolean {
  return wildcard !== host && (wildcard === "*" || (wildcard.startsWith("*.") && host.endsWith(wildcard.slice(1))));
}

/** The routes by which ingress gateways serve a service; those for callers inside the mesh alone are in sidecars only. */
export function frontRoutesOf({ routes }: Pick<Service, "routes">): readonly Route[] {
  return routes.filter((route) => frontGatewayOf(route) !== undefined);
}
