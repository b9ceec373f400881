import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh, Route, Service } from "../model/mesh.ts";
import { networkingOf } from "../releases/istio-releases.ts";
import { securePort } from "./front-gateway.ts";
import { renderDestinations } from "./virtual-service.ts";

/**
 * The VirtualService of a route that shares out connections
 * (https://istio.io/latest/docs/reference/config/networking/virtual-service/#TLSRoute,
 * and TCPRoute there): at a Gateway by the names in their handshakes, inside
 * the mesh by the service's address and port. The same in every cluster, and
 * one object with all of it: no other route has a part of its connections.
 */
export function renderConnectionRoute(mesh: Mesh, service: Service, route: Route): KubeObject {
  const destinations = renderDestinations(service, route);
  return {
    apiVersion: networkingOf(mesh.istio),
    kind: "VirtualService",
    metadata: { name: route.name, namespace: service.namespace },
    spec: {
      gateways: [...route.gateways],
      hosts: [...route.hosts],
      ...(route.protocol === "tls"
        ? { tls: [{ match: [{ port: securePort, sniHosts: [...route.hosts] }], route: destinations }] }
        : { tcp: [{ match: [{ port: service.port }], route: destinations }] }),
    },
  };
}
