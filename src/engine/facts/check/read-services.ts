import type { ServiceFacts } from "../../../core/checks/facts.ts";
import type { KubeObject } from "../../../core/model/kube-object.ts";
import type { Service } from "../../../core/model/mesh.ts";
import { compareText } from "../../../core/render/order.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { readServiceEndpoints } from "../service-endpoints.ts";

/** One service of the mesh as a cluster has it. */
export async function readService(client: KubeClient, service: Service, signal: AbortSignal): Promise<ServiceFacts> {
  const { namespace, name } = service;
  const anyPod = { name: "*", clusters: [], labels: {} };
  const [object, versions, all, pods] = await Promise.all([
    client.get({ apiVersion: "v1", kind: "Service", namespace, name }, { signal }),
    readServiceEndpoints(client, service, signal),
    readServiceEndpoints(client, { ...service, versions: [anyPod] }, signal),
    client.list({ apiVersion: "v1", kind: "Pod", namespace, fieldSelector: "status.phase=Running" }, { signal }),
  ]);
  const spec = object?.["spec"] as
    | {
        readonly clusterIP?: string;
        readonly ports?: readonly { readonly port: number }[];
        readonly selector?: Readonly<Record<string, string>>;
      }
    | undefined;
  const selector = Object.entries(spec?.selector ?? {});
  return {
    service: `${namespace}/${name}`,
    present: object !== undefined,
    headless: spec?.clusterIP === "None",
    ports: (spec?.ports ?? []).map((one) => one.port),
    podsOf: versions.podsOf,
    endpoints: [...new Set(all.podsOf["*"] ?? [])].sort(compareText),
    withoutSidecar: pods
      .filter((pod) => selector.length > 0 && selector.every(([key, value]) => pod.metadata.labels?.[key] === value))
      .filter((pod) => !hasSidecar(pod))
      .map((pod) => pod.metadata.name),
  };
}

/** A native sidecar is an init container that goes on. */
function hasSidecar(pod: KubeObject): boolean {
  const spec = pod["spec"] as
    | Readonly<Record<"containers" | "initContainers", readonly { readonly name: string }[] | undefined>>
    | undefined;
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some((one) => one.name === "istio-proxy");
}
