import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Service } from "../../core/model/mesh.ts";
import type { KubeClient } from "../../kube/client.ts";

/** A pod without Istio's proxy. */
export interface BarePod {
  readonly name: string;
  /** True where the pod itself refuses a sidecar, by the label or annotation `sidecar.istio.io/inject`. */
  readonly refuses: boolean;
}

/** The pods of one version of a service, as far as they run, that have no sidecar. */
export async function podsWithoutSidecar(
  client: KubeClient,
  service: Service,
  version: Service["versions"][number],
  signal: AbortSignal,
): Promise<readonly BarePod[]> {
  const labels = Object.entries(version.labels);
  const pods = await client.list(
    {
      apiVersion: "v1",
      kind: "Pod",
      namespace: service.namespace,
      labelSelector: labels.map(([key, value]) => `${key}=${value}`).join(","),
      fieldSelector: "status.phase=Running",
    },
    { signal },
  );
  return pods
    .filter((pod) => pod.metadata["deletionTimestamp"] === undefined && !hasSidecar(pod))
    .map((pod) => ({ name: pod.metadata.name, refuses: refusesSidecar(pod) }));
}

/**
 * True for a pod that asks for no sidecar by its label or annotation; the label
 * goes first (https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/).
 */
export function refusesSidecar({ metadata: { labels, annotations } }: KubeObject): boolean {
  const inject = "sidecar.istio.io/inject";
  return (labels?.[inject] ?? annotations?.[inject]) === "false";
}

/** The Deployment that made a pod, known by the hash that its ReplicaSet has in its name. */
export function deploymentOf({ metadata }: KubeObject): string | undefined {
  const owners = (metadata["ownerReferences"] ?? []) as readonly { readonly kind: string; readonly name: string }[];
  const hash = metadata.labels?.["pod-template-hash"];
  const set = owners.find((one) => one.kind === "ReplicaSet")?.name;
  return hash !== undefined && set?.endsWith(`-${hash}`) === true ? set.slice(0, -hash.length - 1) : undefined;
}

/** True for a pod with Istio's proxy. A native sidecar is an init container that goes on. */
export function hasSidecar(pod: KubeObject): boolean {
  return proxyOf(pod) !== undefined;
}

/** The image of a pod's proxy; undefined for a pod without one. */
export function sidecarImage(pod: KubeObject): string | undefined {
  return proxyOf(pod)?.image;
}

/** What of a pod's container this code goes by. */
export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly securityContext?: { readonly runAsUser?: number; readonly runAsGroup?: number };
}

/** Istio's proxy in a pod; undefined without one. */
export function proxyOf(pod: KubeObject): Container | undefined {
  const spec = pod["spec"] as
    | Readonly<Record<"containers" | "initContainers", readonly Container[] | undefined>>
    | undefined;
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find((one) => one.name === "istio-proxy");
}

/** True for a pod whose proxy is a gateway: its agent is started as `proxy router`, that of a sidecar as `proxy sidecar` (istio.io/istio, pilot/cmd/pilot-agent). */
export function isRouter(pod: KubeObject): boolean {
  const spec = pod["spec"] as
    | { readonly containers?: readonly { readonly name: string; readonly args?: readonly string[] }[] }
    | undefined;
  return (spec?.containers ?? []).some(({ name, args = [] }) => name === "istio-proxy" && args.includes("router"));
}
