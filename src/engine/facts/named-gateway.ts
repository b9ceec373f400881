import type { NamedGateway } from "../../core/model/installed-istio.ts";
import { eastWestGateway, istioNamespace, networkLabel } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { readGateway, readIngressPods } from "./installed-istio.ts";

/** Reads the Service that the mesh file names as the east-west gateway of a cluster whose Istio isthmus installs. Any failed request fails the whole. */
export async function readNamedGateway(
  client: KubeClient,
  place: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<NamedGateway> {
  const usual = { namespace: istioNamespace, name: eastWestGateway };
  const [service, former, ingressPods] = await Promise.all([
    client.get({ apiVersion: "v1", kind: "Service", ...place }, { signal }),
    client.get({ apiVersion: "v1", kind: "Service", ...usual }, { signal }),
    readIngressPods(client, signal),
  ]);
  return {
    ...(service === undefined ? {} : { service: readGateway(service) }),
    ingressPods,
    former: former?.metadata.labels?.[networkLabel] !== undefined,
  };
}
