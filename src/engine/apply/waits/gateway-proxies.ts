import type { Cluster } from "../../../core/model/mesh.ts";
import { ingressGateway, istioNamespace } from "../../../core/render/names.ts";
import { eastWestPlace } from "../../../core/routing/east-west-place.ts";

/** Tells the proxies of a cluster's gateways (`<pod>.<namespace>`, as istiod names them) from all others, by the names of their Services, which their Deployments have as well. */
export function isGatewayProxy(cluster: Pick<Cluster, "eastWest">): (proxy: string) => boolean {
  const places = [{ namespace: istioNamespace, name: ingressGateway }, eastWestPlace(cluster)];
  return (proxy) =>
    places.some(({ namespace, name }) => proxy.startsWith(`${name}-`) && proxy.endsWith(`.${namespace}`));
}
