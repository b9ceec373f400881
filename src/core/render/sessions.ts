import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Mesh, Route, Service, Sessions } from "../model/mesh.ts";
import { sharesHost } from "../routing/doors.ts";
import { listenersOf } from "../routing/hosts.ts";
import { istioNamespace } from "./names.ts";

/**
 * The name of the rule in a route's VirtualService by which proxies find it,
 * where the service has `sessions`; undefined otherwise, for a service of one
 * version, and for a route that redirects. Weights do not matter, so that a
 * shift that ends at 100 leaves the rule's name as it is.
 */
export function sessionRule({ namespace, sessions, versions }: Service, route: Route): string | undefined {
  return sessions === undefined || versions.length < 2 || route.redirect !== undefined
    ? undefined
    : `isthmus-sessions.${namespace}.${route.name}`;
}

/**
 * What makes proxies choose a version by who asks, for all routes of a service
 * together. istiod makes a hash policy of a DestinationRule's consistentHash,
 * by which Envoy then chooses a pod; which version is asked it leaves to chance
 * all the same, and no object but this one asks for more (docs/adr/0042,
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#envoy-v3-api-field-config-route-v3-weightedcluster-use-hash-policy).
 */
export function renderSessionFilter(mesh: Mesh, service: Service): KubeObject[] {
  const { sessions } = service;
  const patches = service.routes.flatMap((route) => patchesOf(mesh, service, route));
  return sessions === undefined || patches.length === 0
    ? []
    : [
        {
          // Served by every release; EnvoyFilter has no other version (istio/api, networking/v1alpha3).
          apiVersion: "networking.istio.io/v1alpha3",
          kind: "EnvoyFilter",
          // In Istio's own namespace it is for gateways and for callers of all namespaces.
          metadata: { name: `isthmus-sessions.${service.namespace}.${service.name}`, namespace: istioNamespace },
          spec: { configPatches: patches },
        },
      ];
}

function patchesOf(mesh: Mesh, service: Service, route: Route): Json[] {
  const rule = sessionRule(service, route);
  if (rule === undefined || service.sessions === undefined) {
    return [];
  }
  // The rule of a VirtualService that another one delegates to is called after both.
  const name = sharesHost(mesh, route) ? `${route.name}-${rule}` : rule;
  const contexts = new Set(
    listenersOf(route).map((listener) => (listener === "mesh" ? "SIDECAR_OUTBOUND" : "GATEWAY")),
  );
  const value = {
    route: { weighted_clusters: { use_hash_policy: true }, hash_policy: [hashPolicy(service.sessions)] },
  };
  return [...contexts].map((context) => ({
    applyTo: "HTTP_ROUTE",
    match: { context, routeConfiguration: { vhost: { route: { name } } } },
    patch: { operation: "MERGE", value },
  }));
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routeaction-hashpolicy */
function hashPolicy({ by, name }: Sessions): Json {
  switch (by) {
    case "header":
      return { header: { header_name: name } };
    case "cookie":
      return { cookie: { name } };
    case "queryParameter":
      return { query_parameter: { name } };
  }
}
