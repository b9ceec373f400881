import type { ClusterEndpoints } from "../../core/checks/endpoint-table.ts";
import { placesOf } from "../../core/checks/gateway-place.ts";
import type { ServiceEndpoint, ServiceShape, SliceShape } from "../../core/checks/service-port.ts";
import { allEndpointsOf, familyOf, portNameOf } from "../../core/checks/service-port.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Cluster, Service, ServiceVersion } from "../../core/model/mesh.ts";
import { hasLabels } from "../../core/model/labels.ts";
import { crossNetworkPort, networkLabel } from "../../core/render/names.ts";
import { eastWestPlace } from "../../core/routing/east-west-place.ts";
import type { KubeClient } from "../../kube/client.ts";
import { gatewayPortOf, serviceAddresses } from "./service-addresses.ts";

/** What a cluster has of a service: its own objects, and the east-west gateway's Service. */
export interface ServiceObjects {
  readonly service: KubeObject | undefined;
  readonly slices: readonly KubeObject[];
  /** All pods of the service's namespace. */
  readonly pods: readonly KubeObject[];
  readonly gateway: KubeObject | undefined;
}

/** Reads what a cluster has of a service, from its own API; without `cluster` the gateway at its usual place. */
export async function readServiceObjects(
  client: KubeClient,
  { namespace, name }: Pick<Service, "namespace" | "name">,
  signal: AbortSignal,
  cluster: Pick<Cluster, "eastWest"> = {},
): Promise<ServiceObjects> {
  const [service, slices, pods, gateway] = await Promise.all([
    client.get({ apiVersion: "v1", kind: "Service", namespace, name }, { signal }),
    client.list(
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        namespace,
        labelSelector: `kubernetes.io/service-name=${name}`,
      },
      { signal },
    ),
    client.list({ apiVersion: "v1", kind: "Pod", namespace }, { signal }),
    client.get({ apiVersion: "v1", kind: "Service", ...eastWestPlace(cluster) }, { signal }),
  ]);
  return { service, slices, pods, gateway };
}

/** The ready pods of each version and the east-west addresses of one cluster. Pod addresses carry the number that the mesh file's port has in the pod. */
export async function readServiceEndpoints(
  client: KubeClient,
  service: Service,
  signal: AbortSignal,
  cluster: Pick<Cluster, "eastWest">,
): Promise<ClusterEndpoints> {
  return clusterEndpointsOf(service, await readServiceObjects(client, service, signal, cluster));
}

/** The same from objects that are read already. */
export function clusterEndpointsOf(service: Service, objects: ServiceObjects): ClusterEndpoints {
  const spec = (objects.service?.["spec"] ?? {}) as ServiceShape;
  const offered = gatewaysOf(objects.gateway);
  const portName = objects.service === undefined ? undefined : portNameOf(spec, service.port);
  if (portName === undefined) {
    return {
      podsOf: Object.fromEntries(service.versions.map((version) => [version.name, []])),
      anyPods: [],
      ...offered,
      servicePorts: objects.service === undefined ? undefined : (spec.ports ?? []).map((one) => one.port),
    };
  }
  const endpoints = allEndpointsOf(slicesOf(objects), portName);
  const all = groupByPod(
    endpoints.filter(({ ready }) => ready),
    spec.ipFamilies?.[0] ?? "IPv4",
  );
  const labelsOf = new Map(objects.pods.map((pod) => [pod.metadata.name, pod.metadata.labels ?? {}]));
  const isOf = (version: ServiceVersion, pod: string): boolean => hasLabels(labelsOf.get(pod) ?? {}, version.labels);
  const podsOf = Object.fromEntries(
    service.versions.map((version) => [
      version.name,
      all.flatMap(({ pod, address }) => (isOf(version, pod) ? [address] : [])),
    ]),
  );
  const ofVersions = service.versions
    .filter((version) => podsOf[version.name]?.length === 0 && endpoints.some(({ pod }) => isOf(version, pod)))
    .map(({ name }) => name);
  // The empty name stands for all versions together.
  const unready = [...ofVersions, ...(all.length === 0 && endpoints.length > 0 ? [""] : [])];
  const alsoAt = Object.fromEntries(all.flatMap((one) => (one.others.length === 0 ? [] : [[one.address, one.others]])));
  return {
    podsOf,
    ...(unready.length === 0 ? {} : { unready }),
    anyPods: all.map(({ address }) => address),
    ...(Object.keys(alsoAt).length === 0 ? {} : { alsoAt }),
    ...offered,
    servicePorts: (spec.ports ?? []).map((one) => one.port),
    ...(spec.clusterIP === "None" ? { headless: true } : {}),
  };
}

/** A Service's EndpointSlices by the parts that are read of them. */
export function slicesOf({ slices }: ServiceObjects): readonly SliceShape[] {
  return slices as readonly unknown[] as readonly SliceShape[];
}

/** One entry for each pod, by its address of the Service's first family, since a pod of two families is one pod. */
function groupByPod(
  endpoints: readonly ServiceEndpoint[],
  family: string,
): readonly { readonly pod: string; readonly address: string; readonly others: readonly string[] }[] {
  const groups = new Map<string, ServiceEndpoint[]>();
  for (const one of endpoints) {
    // An endpoint that is no pod stands for itself.
    const key = one.pod === "" ? one.address : one.pod;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const first = group.find(({ address }) => familyOf(address) === family) ?? group[0];
    return first === undefined
      ? []
      : [{ ...first, others: group.filter((one) => one !== first).map(({ address }) => address) }];
  });
}

/** Where the east-west gateway's Service says that it is reached. */
function gatewaysOf(gateway: KubeObject | undefined): Pick<ClusterEndpoints, "gateways" | "unannounced"> {
  if (gateway === undefined) {
    return { gateways: [] };
  }
  const places = placesOf({ addresses: serviceAddresses(gateway), port: gatewayPortOf(gateway) ?? crossNetworkPort });
  return {
    gateways: places,
    ...(gateway.metadata.labels?.[networkLabel] === undefined ? { unannounced: true } : {}),
  };
}
