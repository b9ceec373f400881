import type { ClusterEndpoints, EndpointFinding } from "../../core/checks/endpoint-table.ts";
import {
  clustersOf,
  compareEndpoints,
  expectedEndpoints,
  toleratedEndpoints,
} from "../../core/checks/endpoint-table.ts";
import { hostNamesIn, resolveGateways, toldGateways } from "../../core/checks/gateway-names.ts";
import { placesOf } from "../../core/checks/gateway-place.ts";
import type { Cluster, Mesh, Service } from "../../core/model/mesh.ts";
import { istioNamespace } from "../../core/render/names.ts";
import { announcedGateway } from "../../core/routing/announced-gateway.ts";
import type { KubeClient } from "../../kube/client.ts";
import { listIstiodPods } from "./istiod-pods.ts";
import { readAnnouncers } from "./read-announcers.ts";
import { readNetworkGateways } from "./network-gateways.ts";
import type { ProxyEndpoints } from "./proxy-endpoints.ts";
import { readProxyEndpoints } from "./proxy-endpoints.ts";
import { readServiceEndpoints } from "./service-endpoints.ts";
import { versionCluster } from "../../core/proxy/version-cluster.ts";

/** A cluster that can be asked. */
export interface Asked {
  readonly cluster: Cluster;
  readonly client: KubeClient;
}

/** A pod of an ingress gateway. */
export interface IngressPod {
  readonly namespace: string;
  readonly name: string;
}

/** Cluster → what it really runs and offers of one service. */
export type ActualEndpoints = Readonly<Record<string, ClusterEndpoints>>;

/**
 * Reads what every cluster really runs of a service, side by side. What other
 * Services announce as gateways of its network is among what proxies may have.
 */
export async function readActualEndpoints(
  connected: readonly Asked[],
  service: Service,
  signal: AbortSignal,
): Promise<ActualEndpoints> {
  const read = async (one: Asked) => {
    const [endpoints, announcers] = await Promise.all([
      readServiceEndpoints(one.client, service, signal, one.cluster),
      readAnnouncers(one.client, one.cluster, signal),
    ]);
    const others = announcers.filter(({ network }) => network === one.cluster.network).flatMap(placesOf);
    return [one.cluster.name, others.length === 0 ? endpoints : { ...endpoints, possibleGateways: others }] as const;
  };
  return Object.fromEntries(await Promise.all(connected.map(read)));
}

/** The running pods of a cluster's ingress gateway. */
export async function listIngressPods(one: Asked, signal: AbortSignal): Promise<readonly IngressPod[]> {
  const pods = await one.client.list(
    {
      apiVersion: "v1",
      kind: "Pod",
      namespace: istioNamespace,
      labelSelector: "istio=ingressgateway",
      fieldSelector: "status.phase=Running",
    },
    { signal },
  );
  return pods
    .filter((pod) => pod.metadata["deletionTimestamp"] === undefined)
    .map((pod) => ({ namespace: istioNamespace, name: pod.metadata.name }));
}

/** What the tables of a cluster's ingress pods are held against. */
interface Comparison {
  readonly mesh: Mesh;
  readonly one: Asked;
  readonly service: Service;
  readonly actual: ActualEndpoints;
}

/**
 * Every version's endpoints (of a service without versions: all endpoints) in every ingress pod of a cluster, against what
 * they must be. A version that runs on a cluster which does not answer is left
 * out: what that cluster offers cannot be known.
 */
export async function compareIngressEndpoints(
  input: Comparison,
  pods: readonly IngressPod[],
  signal: AbortSignal,
): Promise<readonly EndpointFinding[]> {
  return compareTables(input, readTables(input.one, pods, signal), signal);
}

/** The same of tables that are read, or on their way. */
export async function compareTables(
  input: Comparison,
  reading: readonly ProxyEndpoints[] | Promise<readonly ProxyEndpoints[]>,
  signal: AbortSignal,
): Promise<readonly EndpointFinding[]> {
  const { mesh, one, service } = input;
  const [tables, actual] = await Promise.all([reading, resolveNames(mesh, one, input.actual, signal)]);
  const versions = service.versions.length === 0 ? [undefined] : service.versions.map(({ name }) => name);
  const known = versions.filter((version) =>
    clustersOf(mesh, service, version, one.cluster).every((cluster) => cluster.name in actual),
  );
  return known.flatMap((version) => {
    const expected = expectedEndpoints(mesh, service, { version, cluster: one.cluster }, actual);
    const tolerated = toleratedEndpoints(mesh, service, { version, cluster: one.cluster }, actual);
    const name = versionCluster(service, version);
    return tables.map((table) =>
      compareEndpoints({ cluster: one.cluster.name, version: version ?? "" }, expected, table.get(name), {
        alsoAt: otherAddresses(actual),
        tolerated,
      }),
    );
  });
}

/**
 * What other clusters offer with host names of gateways replaced by the
 * addresses that the cluster's istiods have for them. Throws for a name where
 * no istiod can be asked: then nobody knows what its proxies must have.
 */
async function resolveNames(
  mesh: Pick<Mesh, "clusters">,
  one: Asked,
  all: ActualEndpoints,
  signal: AbortSignal,
): Promise<ActualEndpoints> {
  const actual = announcedTo(mesh, one, all);
  const unsure = mesh.clusters.flatMap(({ name, network }) => {
    const offered = actual[name];
    return network === one.cluster.network || offered === undefined || !isUnsure(offered)
      ? []
      : [{ cluster: name, network, offered }];
  });
  if (unsure.length === 0) {
    return actual;
  }
  const pods = await listIstiodPods(one.client, signal);
  const known = await Promise.all(pods.map(async (pod) => readNetworkGateways(one.client, pod.metadata.name, signal)));
  if (known.length === 0) {
    const names = unsure.flatMap(({ offered }) => namesOf(offered));
    if (names.length === 0) {
      return actual;
    }
    throw new Error(
      `no istiod of ${one.cluster.name} runs, so that it is not known which addresses its proxies must have for ${names.join(", ")}`,
    );
  }
  const resolved = unsure.map(({ offered, ...of }): readonly [string, ClusterEndpoints] => {
    const told = offered.unannounced === true ? toldGateways(of, known) : { expected: [], possible: [] };
    const isTold = told.expected.length + told.possible.length > 0;
    const { expected, possible } = isTold ? told : resolveGateways(offered.gateways, of, known);
    const possibleGateways = [...possible, ...(offered.possibleGateways ?? [])];
    return [of.cluster, { ...offered, gateways: expected, possibleGateways }];
  });
  return { ...actual, ...Object.fromEntries(resolved) };
}

/** The same with gateways where the mesh file says that this cluster reaches them. */
function announcedTo({ clusters }: Pick<Mesh, "clusters">, one: Asked, actual: ActualEndpoints): ActualEndpoints {
  const announced = clusters.flatMap((other) => {
    const gateway = announcedGateway(other, one.cluster);
    const offered = actual[other.name];
    return gateway === undefined || offered === undefined
      ? []
      : [[other.name, { ...offered, gateways: placesOf(gateway), unannounced: false }] as const];
  });
  return { ...actual, ...Object.fromEntries(announced) };
}

/** What only an istiod knows: what a name stands for, and gateways that no Service announces. */
function isUnsure(offered: ClusterEndpoints): boolean {
  return offered.unannounced === true || namesOf(offered).length > 0;
}

function namesOf({ gateways }: ClusterEndpoints): readonly string[] {
  return hostNamesIn(gateways.map(({ address }) => address));
}

/** The endpoint tables of a gateway's pods, side by side. */
export async function readTables(
  one: Asked,
  pods: readonly IngressPod[],
  signal: AbortSignal,
): Promise<readonly ProxyEndpoints[]> {
  return Promise.all(pods.map(async (pod) => readProxyEndpoints(one.client, pod, signal)));
}

/** Address of a pod → its other addresses, over all clusters. */
function otherAddresses(actual: ActualEndpoints): Readonly<Record<string, readonly string[]>> {
  return Object.assign({}, ...Object.values(actual).map((one) => one.alsoAt ?? {})) as Readonly<
    Record<string, readonly string[]>
  >;
}
