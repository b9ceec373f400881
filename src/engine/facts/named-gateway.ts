import type { NamedGateway } from "../../core/model/installed-istio.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { eastWestGateway, istioNamespace, meshLabel, networkLabel } from "../../core/render/names.ts";
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
    own: service?.metadata.labels?.[meshLabel] !== undefined,
    ingressPods,
    former: former?.metadata.labels?.[networkLabel] !== undefined && isMadeForIsthmus(former),
  };
}

/** Whether isthmus has made the gateway at its own place, or Istio's operator or Rancher's chart for it, which leave the name of an IstioOperator. */
function isMadeForIsthmus({ metadata: { labels = {} } }: KubeObject): boolean {
  const owner = labels["install.operator.istio.io/owning-resource"] ?? "unknown";
  return labels[meshLabel] !== undefined || owner !== "unknown";
}
