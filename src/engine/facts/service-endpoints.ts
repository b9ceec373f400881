import type { ClusterEndpoints } from "../../core/checks/endpoint-table.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Service } from "../../core/model/mesh.ts";
import { eastWestGateway, istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { serviceAddresses } from "./service-addresses.ts";

/** The ready pods of each version and the east-west addresses of one cluster, from its own API. Pod addresses carry their port. */
export async function readServiceEndpoints(
  client: KubeClient,
  service: Service,
  signal: AbortSignal,
): Promise<ClusterEndpoints> {
  const [slices, pods, gateway] = await Promise.all([
    client.list(
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        namespace: service.namespace,
        labelSelector: `kubernetes.io/service-name=${service.name}`,
      },
      { signal },
    ),
    client.list({ apiVersion: "v1", kind: "Pod", namespace: service.namespace }, { signal }),
    client.get({ apiVersion: "v1", kind: "Service", namespace: istioNamespace, name: eastWestGateway }, { signal }),
  ]);
  const labelsOf = new Map(pods.map((pod) => [pod.metadata.name, pod.metadata.labels ?? {}]));
  const podsOf = Object.fromEntries(
    service.versions.map((version) => [
      version.name,
      slices.flatMap(readyEndpoints).flatMap((endpoint) => {
        const labels = labelsOf.get(endpoint.pod) ?? {};
        const matches = Object.entries(version.labels).every(([key, value]) => labels[key] === value);
        return matches ? [endpoint.address] : [];
      }),
    ]),
  );
  return { podsOf, gateways: gateway === undefined ? [] : serviceAddresses(gateway) };
}

interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly kind?: string; readonly name?: string };
}

function readyEndpoints(slice: KubeObject): { readonly pod: string; readonly address: string }[] {
  const port = ((slice["ports"] ?? []) as readonly { readonly port?: number }[])[0]?.port ?? 0;
  return ((slice["endpoints"] ?? []) as unknown as readonly Endpoint[])
    .filter((endpoint) => endpoint.conditions?.ready !== false)
    .flatMap((endpoint) =>
      endpoint.addresses.map((address) => ({ pod: endpoint.targetRef?.name ?? "", address: `${address}:${port}` })),
    );
}
