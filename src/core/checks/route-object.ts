import type { ObjectId } from "../model/kube-object.ts";
import type { Route, Service } from "../model/mesh.ts";
import { routeNamespace } from "../render/front-gateway.ts";
import { istioNamespace } from "../render/names.ts";
import { frontGatewayOf } from "../routing/hosts.ts";
import { usesGatewayApi, versionServiceName } from "../routing/version-service.ts";

const gatewayApiGroup = "gateway.networking.k8s.io";
const istioGroup = "networking.istio.io";

/** What has the weights of a route: its VirtualService, or its HTTPRoute. */
export function routeObject(service: Service, route: Route): ObjectId {
  const place = { namespace: routeNamespace(service, route), name: route.name };
  return usesGatewayApi(service)
    ? { group: gatewayApiGroup, kind: "HTTPRoute", ...place }
    : { group: istioGroup, kind: "VirtualService", ...place };
}

/** The Gateway of a route at an ingress gateway. */
export function gatewayObject(service: Service, route: Route): ObjectId {
  const name = frontGatewayOf(route) ?? "";
  return usesGatewayApi(service)
    ? { group: gatewayApiGroup, kind: "Gateway", namespace: istioNamespace, name }
    : { group: istioGroup, kind: "Gateway", namespace: routeNamespace(service, route), name };
}

/** By what proxies tell the versions of a service apart: the subsets of its DestinationRule, or a Service for each of these versions. */
export function versionObjects(
  service: Service,
  versions: readonly string[] = service.versions.map(({ name }) => name),
): readonly ObjectId[] {
  const { namespace, name } = service;
  return usesGatewayApi(service)
    ? versions.map((version) => ({ group: "", kind: "Service", namespace, name: versionServiceName(service, version) }))
    : [{ group: istioGroup, kind: "DestinationRule", namespace, name }];
}
