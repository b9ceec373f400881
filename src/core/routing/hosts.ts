import type { Route, Service } from "../model/mesh.ts";
import { meshGateway, serviceHost } from "../render/names.ts";

/** Where requests of a route come in: the plain or the encrypted port of the ingress gateways, or the sidecars. */
export type Listener = "http" | "https" | "mesh";

interface Named {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/** The listener of a route. All gateways of the mesh file open the same ingress gateways, so that their names make no difference. */
export function listenerOf(route: { readonly gateway?: string | undefined; readonly tls?: unknown }): Listener {
  return route.gateway === meshGateway ? "mesh" : route.tls === undefined ? "http" : "https";
}

/**
 * The hosts of a route as proxies know them, each once: in lower case, since Istio
 * compares some of them letter by letter, and inside the mesh by the full name
 * of the service, by default the route's own.
 */
export function hostsOf(
  route: { readonly gateway?: string | undefined; readonly hosts?: readonly (string | undefined)[] | undefined },
  service: Named,
  all: readonly (Named | undefined)[],
): readonly string[] {
  const hosts = [...new Set((route.hosts ?? []).flatMap((host) => host?.toLowerCase() ?? []))];
  if (route.gateway !== meshGateway) {
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
function completeHost(host: string, namespace: string | undefined, all: readonly (Named | undefined)[]): string {
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

/** The routes by which ingress gateways serve a service; those for callers inside the mesh are in sidecars only. */
export function frontRoutesOf({ routes }: Pick<Service, "routes">): readonly Route[] {
  return routes.filter((route) => listenerOf(route) !== "mesh");
}
