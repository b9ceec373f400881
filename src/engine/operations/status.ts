import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { effectiveRelease } from "../../core/releases/istio-releases.ts";
import { routeNamespace } from "../../core/render/front-gateway.ts";
import { eastWestGateway, ingressGateway, istioNamespace, networkLabel } from "../../core/render/names.ts";
import { inspectAuthority } from "../../pki/inspect.ts";
import { KubeError, diagnoseKubeError } from "../../kube/errors.ts";
import { readinessOf } from "../../kube/readiness/readiness-of.ts";
import type { Connected, Connection } from "../connect.ts";
import { closeConnections, connectClusters, resolveContexts } from "../connect.ts";
import type { ProxySync } from "../facts/proxy-sync.ts";
import { readProxySync } from "../facts/proxy-sync.ts";
import { readRemoteSync } from "../facts/remote-sync.ts";
import { serviceAddresses } from "../facts/service-addresses.ts";
import { readServiceEndpoints } from "../facts/service-endpoints.ts";
import type { SyncStatus } from "../facts/sync-status.ts";
import { refusedSync, syncOf } from "../facts/sync-status.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import { inventoryOf } from "../plan-cluster.ts";
import { closeRancher } from "../rancher.ts";
import type { PreparedPlan } from "./plan.ts";
import { preparePlan } from "./plan.ts";

export interface ComponentStatus {
  readonly name: string;
  /** `current`, `inProgress`, `failed`, or `missing`. */
  readonly state: string;
  readonly reason: string;
}

export type ClusterStatus =
  | {
      readonly kind: "reached";
      readonly cluster: string;
      readonly context: string;
      readonly kubernetes: string;
      /** The version of istiod's image, where it can be read. */
      readonly istio: string;
      /** The network that the cluster's namespace label says; empty when there is none. */
      readonly network: string;
      readonly components: readonly ComponentStatus[];
      readonly ingress: readonly string[];
      readonly eastWest: readonly string[];
      /** Other cluster → what istiod says of it, the worst of its pods. */
      readonly remotes: Readonly<Record<string, string>>;
      /** The end of the cluster's intermediate; undefined without `cacerts`. */
      readonly intermediate?: { readonly notAfter: Date; readonly daysLeft: number };
      readonly services: readonly ServiceStatus[];
      /** The proxies of each istiod pod. */
      readonly proxies: readonly ProxySync[];
      /** How many objects the mesh's inventory lists here. */
      readonly owned: number;
      /** Whether the cluster is as the mesh file asks; left out where that was not asked. */
      readonly sync?: SyncStatus;
    }
  | { readonly kind: "unreachable"; readonly cluster: string; readonly diagnostic: Diagnostic };

export interface ServiceStatus {
  readonly service: string;
  /** Version → ready pods in this cluster. */
  readonly ready: Readonly<Record<string, number>>;
  /** Route → version → weight that the cluster's VirtualService has; empty when it is not there. */
  readonly weights: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * The state of the mesh as the clusters tell it themselves, gathered side by
 * side, and whether each is as the mesh file asks, by the same comparison as a
 * plan. Changes nothing. A plan that is refused is a state too.
 */
export async function readStatus(meshFile: MeshFile, options: EngineOptions): Promise<readonly ClusterStatus[]> {
  let prepared: PreparedPlan;
  try {
    prepared = await preparePlan(meshFile, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof UserError)) {
      throw error;
    }
    const { diagnostics } = error;
    return withSync(await readAlone(meshFile, options), (cluster) => refusedSync(diagnostics, cluster));
  }
  try {
    const clusters = await statusThrough(meshFile, prepared.connections, options);
    return withSync(clusters, (cluster) => syncOf(prepared.plan, cluster));
  } finally {
    await prepared.close();
  }
}

function withSync(
  clusters: readonly ClusterStatus[],
  find: (cluster: string) => SyncStatus | undefined,
): readonly ClusterStatus[] {
  return clusters.map((one) => {
    const sync = one.kind === "reached" ? find(one.cluster) : undefined;
    return sync === undefined ? one : { ...one, sync };
  });
}

async function readAlone(meshFile: MeshFile, options: EngineOptions): Promise<readonly ClusterStatus[]> {
  const { clusters, rancher } = await resolveContexts(meshFile, options);
  const connections = await connectClusters(clusters, options);
  await closeRancher(rancher);
  try {
    return await statusThrough(meshFile, connections, options);
  } finally {
    await closeConnections(connections);
  }
}

/** The state through connections that are open already, and stay so. */
export async function statusThrough(
  meshFile: MeshFile,
  connections: readonly Connection[],
  options: EngineOptions,
): Promise<readonly ClusterStatus[]> {
  return Promise.all(
    connections.map(async (one): Promise<ClusterStatus> =>
      one.kind === "connected"
        ? readOrName(meshFile, one, options)
        : { kind: "unreachable", cluster: one.cluster.name, diagnostic: one.diagnostic },
    ),
  );
}

/** A cluster that dies while it is read is one that does not answer. */
async function readOrName(meshFile: MeshFile, one: Connected, options: EngineOptions): Promise<ClusterStatus> {
  try {
    return await readCluster(meshFile, one, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof KubeError)) {
      throw error;
    }
    const cluster = one.cluster.name;
    return { kind: "unreachable", cluster, diagnostic: await diagnoseKubeError(error, cluster) };
  }
}

async function readCluster(meshFile: MeshFile, one: Connected, options: EngineOptions): Promise<ClusterStatus> {
  const { client } = one;
  const { signal } = options;
  const get = async (
    apiVersion: string,
    kind: string,
    name: string,
    namespace?: string,
  ): Promise<KubeObject | undefined> =>
    client.get({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }, { signal });
  const names = ["istiod", ingressGateway, eastWestGateway];
  const [version, namespace, deployments, ingress, eastWest, sync, proxies, services] = await Promise.all([
    client.version({ signal }),
    get("v1", "Namespace", istioNamespace),
    Promise.all(names.map(async (name) => [name, await get("apps/v1", "Deployment", name, istioNamespace)] as const)),
    get("v1", "Service", ingressGateway, istioNamespace),
    get("v1", "Service", eastWestGateway, istioNamespace),
    readRemoteSync(client, signal),
    readProxySync(client, signal),
    Promise.all(meshFile.mesh.services.map(async (service) => readService(meshFile, one, service, signal))),
  ]);
  const istiod = deployments.find(([name]) => name === "istiod")?.[1];
  const intermediate = intermediateOf(one, options.now());
  return {
    kind: "reached",
    cluster: one.cluster.name,
    context: one.context.context,
    kubernetes: version.gitVersion,
    istio: istiod === undefined ? "" : imageTag(istiod),
    network: namespace?.metadata.labels?.[networkLabel] ?? "",
    components: deployments.map(([name, deployment]) => componentOf(name, deployment)),
    ingress: ingress === undefined ? [] : serviceAddresses(ingress),
    eastWest: eastWest === undefined ? [] : serviceAddresses(eastWest),
    remotes: remotesOf(meshFile, one, sync),
    ...(intermediate === undefined ? {} : { intermediate }),
    services,
    proxies,
    owned: inventoryOf(one, meshFile.mesh.name).items.length,
  };
}

function componentOf(name: string, deployment: KubeObject | undefined): ComponentStatus {
  if (deployment === undefined) {
    return { name, state: "missing", reason: "there is no such Deployment" };
  }
  const readiness = readinessOf(deployment);
  return { name, state: readiness.state, reason: readiness.reason };
}

function remotesOf(
  meshFile: MeshFile,
  one: Connected,
  sync: Awaited<ReturnType<typeof readRemoteSync>>,
): Readonly<Record<string, string>> {
  const others = meshFile.mesh.clusters.filter((other) => other.name !== one.cluster.name);
  return Object.fromEntries(
    others.map((other) => {
      const states = sync.map((pod) => pod.problem ?? pod.clusters.get(other.name) ?? "not known");
      return [other.name, states.find((state) => state !== "synced") ?? (states.length === 0 ? "no istiod" : "synced")];
    }),
  );
}

function intermediateOf(
  one: Connected,
  now: number,
): { readonly notAfter: Date; readonly daysLeft: number } | undefined {
  if (one.facts.authority === undefined) {
    return undefined;
  }
  const { notAfter } = inspectAuthority(one.facts.authority).intermediate;
  return { notAfter, daysLeft: Math.floor((notAfter.getTime() - now) / (24 * 3600 * 1000)) };
}

function imageTag(deployment: KubeObject): string {
  const spec = deployment["spec"] as {
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } };
  };
  return spec.template?.spec?.containers?.[0]?.image?.split(":").at(-1) ?? "";
}

async function readService(
  meshFile: MeshFile,
  one: Connected,
  service: MeshFile["mesh"]["services"][number],
  signal: AbortSignal,
): Promise<ServiceStatus> {
  const [endpoints, routes] = await Promise.all([
    readServiceEndpoints(one.client, service, signal),
    Promise.all(
      service.routes.map(async (route) => {
        const reference = {
          apiVersion: effectiveRelease(meshFile.mesh.istio.version).networking,
          kind: "VirtualService",
          namespace: routeNamespace(service, route),
          name: route.name,
        };
        return [route.name, weightsOf(await one.client.get(reference, { signal }).catch(() => undefined))] as const;
      }),
    ),
  ]);
  return {
    service: `${service.namespace}/${service.name}`,
    ready: Object.fromEntries(
      service.versions.map((version) => [version.name, endpoints.podsOf[version.name]?.length ?? 0]),
    ),
    weights: Object.fromEntries(routes),
  };
}

interface RouteSpec {
  readonly http?: readonly {
    readonly route?: readonly { readonly weight?: number; readonly destination?: { readonly subset?: string } }[];
  }[];
}

function weightsOf(object: KubeObject | undefined): Readonly<Record<string, number>> {
  const spec = object?.["spec"] as RouteSpec | undefined;
  const destinations = spec?.http?.[0]?.route ?? [];
  return Object.fromEntries(destinations.map((one) => [one.destination?.subset ?? "", one.weight ?? 100]));
}
