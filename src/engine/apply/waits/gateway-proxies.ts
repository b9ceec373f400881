import type { Cluster } from "../../../core/model/mesh.ts";
import { eastWestGateway, ingressGateway, istioNamespace } from "../../../core/render/names.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { findGateway } from "../../facts/find-gateway.ts";

/**
 * Tells the proxies of a cluster's gateways (`<pod>.<namespace>`, as istiod
 * names them) from all others, by the names of their Deployments. That of a
 * gateway which the mesh file names by its Service is asked for; nothing else is.
 */
export async function gatewayProxyTest(
  { client, cluster }: { readonly client: KubeClient; readonly cluster: Pick<Cluster, "eastWest"> },
  signal: AbortSignal,
): Promise<(proxy: string) => boolean> {
  const found =
    cluster.eastWest?.service === undefined
      ? undefined
      : (await findGateway(client, eastWestGateway, cluster, signal)).at;
  const places = [
    { namespace: istioNamespace, deployment: ingressGateway },
    found ?? { namespace: istioNamespace, deployment: eastWestGateway },
  ];
  return (proxy) =>
    places.some(({ namespace, deployment }) => proxy.startsWith(`${deployment}-`) && proxy.endsWith(`.${namespace}`));
}
