import type { KubeObject } from "../model/kube-object.ts";
import { hasLabels } from "../model/labels.ts";
import type { Labels } from "../model/labels.ts";
import { istioNamespace } from "../render/names.ts";

/** The labels that Istio's charts give its pods. */
export const egressGatewayPods: Labels = { istio: "egressgateway" };

/** Whether a pod is one of it. */
export function isEgressGateway({
  namespace,
  labels,
}: {
  readonly namespace: string;
  readonly labels: Labels;
}): boolean {
  return namespace === istioNamespace && hasLabels(labels, egressGatewayPods);
}

/** What Istio's charts call it (https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/). */
const egressGateway = "istio-egressgateway";

/** The ports at which the pods of the egress gateway in Istio's manifests listen; undefined where they have none, as with most profiles. */
export function egressGatewayPorts(manifests: readonly KubeObject[]): readonly number[] | undefined {
  const service = manifests.find(
    ({ kind, metadata }) =>
      kind === "Service" && metadata.name === egressGateway && metadata.namespace === istioNamespace,
  );
  const ports = (service?.["spec"] as { readonly ports?: readonly ServicePort[] } | undefined)?.ports ?? [];
  return service === undefined
    ? undefined
    : ports.flatMap(({ port, targetPort = port }) => (typeof targetPort === "number" ? [targetPort] : []));
}

interface ServicePort {
  readonly port?: number;
  readonly targetPort?: number | string;
}
