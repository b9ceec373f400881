import type { AnnouncingService } from "../../core/checks/control-plane-facts.ts";
import type { Cluster } from "../../core/model/mesh.ts";
import { eastWestPlace } from "../../core/routing/east-west-place.ts";
import { compareText } from "../../core/render/order.ts";
import { crossNetworkPort, istioNamespace, networkLabel } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { unlessForbidden } from "../../kube/errors.ts";
import { gatewayPortOf, serviceAddresses } from "./service-addresses.ts";

/**
 * The Services beside the east-west gateway's own by which istiods of other
 * clusters find a gateway: those that carry a network, in any namespace
 * (https://istio.io/latest/docs/reference/config/labels/#TopologyNetwork). An
 * account that may not list those of all namespaces sees Istio's own.
 */
export async function readAnnouncers(
  client: KubeClient,
  cluster: Pick<Cluster, "eastWest">,
  signal: AbortSignal,
): Promise<readonly AnnouncingService[]> {
  const own = eastWestPlace(cluster);
  const query = { apiVersion: "v1", kind: "Service", labelSelector: networkLabel };
  const found = await unlessForbidden(
    async () => client.list(query, { signal }),
    async () => client.list({ ...query, namespace: istioNamespace }, { signal }),
  );
  return found
    .filter(({ metadata }) => metadata.namespace !== own.namespace || metadata.name !== own.name)
    .map((service) => ({
      namespace: service.metadata.namespace ?? "",
      name: service.metadata.name,
      network: service.metadata.labels?.[networkLabel] ?? "",
      addresses: serviceAddresses(service),
      port: gatewayPortOf(service) ?? crossNetworkPort,
    }))
    .toSorted((a, b) => compareText(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`));
}
