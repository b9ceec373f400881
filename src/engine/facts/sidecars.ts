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
    .map(({ metadata: { name, labels, annotations } }) => ({
      name,
      refuses: [labels, annotations].some((all) => all?.["sidecar.istio.io/inject"] === "false"),
    }));
}

/** True for a pod with Istio's proxy. A native sidecar is an init container that goes on. */
export function hasSidecar(pod: KubeObject): boolean {
  const spec = pod["spec"] as
    | Readonly<Record<"containers" | "initContainers", readonly { readonly name: string }[] | undefined>>
    | undefined;
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some((one) => one.name === "istio-proxy");
}
