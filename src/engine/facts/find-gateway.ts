import type { GatewayPlaces } from "../../core/checks/control-plane-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { hasLabels } from "../../core/model/labels.ts";
import type { Cluster } from "../../core/model/mesh.ts";
import type { ingressGateway } from "../../core/render/names.ts";
import { eastWestGateway, istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { listIstioPods, listRunningPods } from "./read-pods.ts";

/** The objects of one gateway. */
export interface FoundGateway {
  readonly deployment: KubeObject | undefined;
  readonly service: KubeObject | undefined;
  /** Its running pods. */
  readonly pods: readonly KubeObject[];
  /** Where they are, when that is elsewhere than where isthmus makes them. */
  readonly at?: GatewayPlaces;
}

/** One of a cluster's gateways: by its name in istio-system, or by the Service that the mesh file names (`eastWest.service`). */
export async function findGateway(
  client: KubeClient,
  name: typeof ingressGateway | typeof eastWestGateway,
  { eastWest }: Pick<Cluster, "eastWest">,
  signal: AbortSignal,
): Promise<FoundGateway> {
  const elsewhere = name === eastWestGateway ? eastWest?.service : undefined;
  if (elsewhere !== undefined) {
    return findElsewhere(client, elsewhere, signal);
  }
  const [deployment, service, pods] = await Promise.all([
    client.get({ apiVersion: "apps/v1", kind: "Deployment", namespace: istioNamespace, name }, { signal }),
    client.get({ apiVersion: "v1", kind: "Service", namespace: istioNamespace, name }, { signal }),
    listIstioPods(client, name, signal),
  ]);
  return { deployment, service, pods };
}

/** Its pods are those that the Service selects, its Deployment the one that makes such pods. */
async function findElsewhere(
  client: KubeClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<FoundGateway> {
  const [service, deployments, pods] = await Promise.all([
    client.get({ apiVersion: "v1", kind: "Service", namespace, name }, { signal }),
    client.list({ apiVersion: "apps/v1", kind: "Deployment", namespace }, { signal }),
    listRunningPods(client, [namespace], signal),
  ]);
  const selector = selectorOf(service);
  const isSelected = (labels: Readonly<Record<string, string>> = {}): boolean =>
    Object.keys(selector).length > 0 && hasLabels(labels, selector);
  const deployment = deployments.find((one) => isSelected(podLabelsOf(one)));
  return {
    deployment,
    service,
    pods: pods.filter(({ metadata }) => isSelected(metadata.labels)),
    at: { namespace, service: name, deployment: deployment?.metadata.name ?? name },
  };
}

function selectorOf(service: KubeObject | undefined): Readonly<Record<string, string>> {
  return (service?.["spec"] as { readonly selector?: Readonly<Record<string, string>> } | undefined)?.selector ?? {};
}

function podLabelsOf(deployment: KubeObject): Readonly<Record<string, string>> | undefined {
  const spec = deployment["spec"] as
    | { readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } } }
    | undefined;
  return spec?.template?.metadata?.labels;
}
