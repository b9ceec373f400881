import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Mesh, Route, Service } from "../model/mesh.ts";
import { effectiveRelease } from "../releases/istio-releases.ts";
import { routeNamespace } from "./front-gateway.ts";
import { serviceHost } from "./names.ts";

/** The weighted route of a service. The same object goes to every cluster, so that every ingress obeys the same weights. */
export function renderVirtualService(mesh: Mesh, service: Service, route: Route): KubeObject {
  return {
    apiVersion: effectiveRelease(mesh.istio.version).networking,
    kind: "VirtualService",
    metadata: { name: route.name, namespace: routeNamespace(service, route) },
    spec: {
      gateways: [route.gateway],
      hosts: [...route.hosts],
      http: [{ match: [renderMatch(route)], route: renderDestinations(service, route) }],
    },
  };
}

function renderMatch(route: Route): Json {
  const headers = Object.entries(route.match.headers).map(([name, match]) => [name, { [match.kind]: match.value }]);
  return {
    uri: { [route.match.path.kind]: route.match.path.value },
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
  };
}

function renderDestinations(service: Service, route: Route): Json[] {
  return service.versions.map((version) => ({
    destination: { host: serviceHost(service), port: { number: service.port }, subset: version.name },
    weight: route.weights[version.name] ?? 0,
  }));
}
