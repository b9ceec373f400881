import { istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isReady } from "./read-pods.ts";
import type { IngressPod } from "./ingress-endpoints.ts";

/** The pods of a cluster's ingress gateway: those that get requests, and those that do not. */
export interface GatewayPods {
  readonly ready: readonly IngressPod[];
  readonly unready: readonly string[];
}

/** The running pods of the ingress gateway that are not being deleted. */
export async function readGatewayPods(client: KubeClient, signal: AbortSignal): Promise<GatewayPods> {
  const pods = await client.list(
    { apiVersion: "v1", kind: "Pod", namespace: istioNamespace, labelSelector: "istio=ingressgateway" },
    { signal },
  );
  const living = pods.filter((pod) => pod.metadata["deletionTimestamp"] === undefined);
  return {
    ready: living.filter(isReady).map((pod) => ({ namespace: istioNamespace, name: pod.metadata.name })),
    unready: living.filter((pod) => !isReady(pod)).map((pod) => pod.metadata.name),
  };
}
