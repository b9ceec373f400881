import { formatPlace, placesOf } from "../../core/checks/gateway-place.ts";
import type { Cluster } from "../../core/model/mesh.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { eastWestGateway, ingressGateway, istioNamespace, networkLabel } from "../../core/render/names.ts";
import { drainIn, isSameDrain } from "../../core/drain/drained-mesh.ts";
import { inspectBundle } from "../../pki/inspect.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { KubeError } from "../../kube/errors.ts";
import { readinessOf } from "../../kube/readiness/readiness-of.ts";
import { withinClusterTime } from "../clusters/cluster-time.ts";
import type { Connected, Connection } from "../clusters/connect-clusters.ts";
import { findGateway } from "../facts/find-gateway.ts";
import { findIstiod } from "../facts/istiod-pods.ts";
import type { ProxySync } from "../facts/proxy-sync.ts";
import { readProxySync } from "../facts/proxy-sync.ts";
import type { TokenEnds, TokenKind } from "../facts/token-ends.ts";
import { endOfToken, tokenKindOf } from "../facts/token-ends.ts";
import { readTokenEnds } from "../trust/token-ends.ts";
import { listRemoteSecrets, readRemotes } from "../facts/remote-kubeconfig.ts";
import type { RemoteSync } from "../facts/remote-sync.ts";
import { withKnownGateways } from "./reached-networks.ts";
import { readRemoteSync } from "../facts/remote-sync.ts";
import { serviceAddresses } from "../facts/service-addresses.ts";
import type { ServiceStatus } from "./service-status.ts";
import { readServiceStatus } from "./service-status.ts";
import type { SyncStatus } from "./sync-status.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { RunOptions } from "../options.ts";
import { withDrainsOf } from "../clusters/drained-mesh.ts";
import { inventoryOf } from "../plan/plan-cluster.ts";
import type { RancherState } from "../clusters/rancher-link.ts";
import { kubectlLine } from "../../core/kubectl-line.ts";

export interface ComponentStatus {
  readonly name: string;
  /** `current`, `inProgress`, `failed`, `missing`, or `stopped`: scaled to 0. */
  readonly state: string;
  readonly reason: string;
  /** Pods; left out where there is no Deployment. */
  readonly replicas?: { readonly ready: number; readonly desired: number };
}

/** What one istiod pod says of the clusters that it watches. */
export interface PodSync {
  readonly pod: string;
  /** Other cluster → `synced`, `syncing`, `timeout`, `closed` or `not known`. */
  readonly clusters: Readonly<Record<string, string>>;
  /** Why the pod could not be asked. */
  readonly problem?: string;
}

/** A service that is out of traffic in a cluster. */
export interface DrainStatus {
  /** `NAMESPACE/NAME` */
  readonly service: string;
  /** ISO 8601. */
  readonly since: string;
  /** A step is left to do, or a cluster that answers does not know of it. */
  readonly halfDone: boolean;
}

/** The credential by which a cluster's istiod reads another one. */
export interface CredentialStatus {
  readonly cluster: string;
  readonly token: TokenKind;
  /** ISO 8601; left out where it never ends, or nobody says. */
  readonly expires?: string;
}

/** `drained` is left out where nothing is. */
export type ClusterStatus = { readonly drained?: readonly DrainStatus[] } & (
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
      /** Where other networks reach the east-west gateway: `address:port` by the mesh file, else the addresses of its Service. */
      readonly eastWest: readonly string[];
      /** Other cluster → what istiod says of it, the worst of its pods; `no gateway` where it knows the cluster and none of its network's gateways. */
      readonly remotes: Readonly<Record<string, string>>;
      /** The same of every istiod pod by itself. */
      readonly remotesByPod: readonly PodSync[];
      /** What the remote secrets hold. */
      readonly credentials: readonly CredentialStatus[];
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
  | { readonly kind: "unreachable"; readonly cluster: string; readonly diagnostic: Diagnostic }
);

/** The state through connections that are open already, and stay so. */
export async function statusThrough(
  asked: MeshFile,
  { connections, rancher }: { readonly connections: readonly Connection[]; readonly rancher: RancherState },
  options: RunOptions,
): Promise<readonly ClusterStatus[]> {
  const meshFile = withDrainsOf(asked, connections);
  const tokenEnds = await readTokenEnds(meshFile.mesh.name, rancher, options.signal);
  return Promise.all(
    connections.map(async (one): Promise<ClusterStatus> => {
      const drained = drainedIn(meshFile.mesh, one.cluster.name, connections);
      return {
        ...(one.kind === "connected"
          ? await readOrName(meshFile, one, { ...options, tokenEnds })
          : { kind: "unreachable", cluster: one.cluster.name, diagnostic: one.diagnostic }),
        ...(drained.length === 0 ? {} : { drained }),
      };
    }),
  );
}

function drainedIn(
  { name, services }: MeshFile["mesh"],
  cluster: string,
  connections: readonly Connection[],
): readonly DrainStatus[] {
  const records = connections.flatMap((one) =>
    // A cluster that the mesh was removed from has nothing to know.
    one.kind === "connected" && one.facts.inventories.some(({ mesh }) => mesh === name)
      ? [inventoryOf(one, name).drains ?? []]
      : [],
  );
  return services
    .flatMap((service) => drainIn(service, cluster) ?? [])
    .map((drain) => ({
      service: `${drain.namespace}/${drain.service}`,
      since: drain.since,
      halfDone: drain.stage !== "all" || !records.every((known) => known.some((one) => isSameDrain(one, drain))),
    }));
}

type ReadOptions = RunOptions & { readonly tokenEnds: TokenEnds };

/** A cluster that dies while it is read is one that does not answer. */
async function readOrName(meshFile: MeshFile, one: Connected, options: ReadOptions): Promise<ClusterStatus> {
  try {
    return await withinClusterTime(one, options, async (signal) => readCluster(meshFile, one, { ...options, signal }));
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof KubeError)) {
      throw error;
    }
    const cluster = one.cluster.name;
    return { kind: "unreachable", cluster, diagnostic: await diagnoseKubeError(error, cluster) };
  }
}

async function readCluster(meshFile: MeshFile, one: Connected, options: ReadOptions): Promise<ClusterStatus> {
  const { client } = one;
  const { signal } = options;
  const [version, namespace, istiod, ingress, eastWest, sync, secrets, proxies, services] = await Promise.all([
    client.version({ signal }),
    client.get({ apiVersion: "v1", kind: "Namespace", name: istioNamespace }, { signal }),
    findIstiod(client, signal),
    findGateway(client, ingressGateway, one.cluster, signal),
    findGateway(client, eastWestGateway, one.cluster, signal),
    readRemoteSync(client, signal).then(async (pods) =>
      withKnownGateways(pods, { client, mesh: meshFile.mesh, cluster: one.cluster }, signal),
    ),
    listRemoteSecrets(client, signal),
    readProxySync(client, signal),
    Promise.all(meshFile.mesh.services.map(async (service) => readServiceStatus(meshFile, one, service, signal))),
  ]);
  const parts = { istiod, [ingressGateway]: ingress.deployment, [eastWestGateway]: eastWest.deployment };
  const intermediate = intermediateOf(one, options.now());
  const others = meshFile.mesh.clusters.map((other) => other.name).filter((name) => name !== one.cluster.name);
  const remotesByPod = sync.map((pod) => podSync(pod, others));
  return {
    kind: "reached",
    cluster: one.cluster.name,
    context: one.context.context,
    kubernetes: version.gitVersion,
    istio: istiod === undefined ? "" : imageTag(istiod),
    network: namespace?.metadata.labels?.[networkLabel] ?? "",
    components: Object.entries(parts).map(([name, part]) => componentOf(name, part, one.context.context)),
    ingress: ingress.service === undefined ? [] : serviceAddresses(ingress.service),
    eastWest: reachedAt(one.cluster, eastWest.service),
    remotes: worstOf(remotesByPod, others),
    remotesByPod,
    credentials: credentialsOf(secrets, options.tokenEnds),
    ...(intermediate === undefined ? {} : { intermediate }),
    services,
    proxies,
    owned: inventoryOf(one, meshFile.mesh.name).items.length,
  };
}

/** Where other networks reach the gateway: by the mesh file with ports, since they may be any, else by its Service. */
function reachedAt({ eastWest }: Cluster, service: KubeObject | undefined): readonly string[] {
  const announced =
    eastWest === undefined
      ? []
      : [...(eastWest.everywhere === undefined ? [] : [eastWest.everywhere]), ...Object.values(eastWest.seenFrom)];
  const places = announced.flatMap(placesOf).map(formatPlace);
  return places.length > 0 ? [...new Set(places)] : service === undefined ? [] : serviceAddresses(service);
}

function componentOf(name: string, deployment: KubeObject | undefined, context: string): ComponentStatus {
  if (deployment === undefined) {
    return { name, state: "missing", reason: "there is no such Deployment" };
  }
  const readiness = readinessOf(deployment);
  const { replicas = 1 } = (deployment["spec"] ?? {}) as { readonly replicas?: number };
  const { readyReplicas = 0 } = (deployment["status"] ?? {}) as { readonly readyReplicas?: number };
  if (replicas === 0) {
    const command = `${kubectlLine(context)} -n ${deployment.metadata.namespace ?? istioNamespace} scale deployment/${deployment.metadata.name} --replicas=1`;
    return {
      name,
      state: "stopped",
      reason: `scaled to 0, which an apply leaves as it is (${command})`,
      replicas: { ready: readyReplicas, desired: 0 },
    };
  }
  return {
    name,
    state: readiness.state,
    reason: readiness.reason,
    replicas: { ready: readyReplicas, desired: replicas },
  };
}

function podSync({ pod, clusters, problem }: RemoteSync, others: readonly string[]): PodSync {
  return {
    pod,
    clusters:
      problem === undefined
        ? Object.fromEntries(others.map((other) => [other, clusters.get(other) ?? "not known"]))
        : {},
    ...(problem === undefined ? {} : { problem }),
  };
}

function worstOf(pods: readonly PodSync[], others: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    others.map((other) => {
      const states = pods.map((pod) => pod.problem ?? pod.clusters[other] ?? "not known");
      return [other, states.find((state) => state !== "synced") ?? (states.length === 0 ? "no istiod" : "synced")];
    }),
  );
}

function credentialsOf(secrets: readonly KubeObject[], tokenEnds: TokenEnds): readonly CredentialStatus[] {
  return Object.entries(readRemotes(secrets)).map(([cluster, { token }]) => {
    const expires = endOfToken(token, tokenEnds);
    return { cluster, token: tokenKindOf(token), ...(expires === undefined ? {} : { expires }) };
  });
}

function intermediateOf(
  one: Connected,
  now: number,
): { readonly notAfter: Date; readonly daysLeft: number } | undefined {
  if (one.facts.authority === undefined) {
    return undefined;
  }
  const [intermediate] = inspectBundle(one.facts.authority.caCert);
  if (intermediate === undefined) {
    // Not a certificate: an apply and a check say so.
    return undefined;
  }
  const { notAfter } = intermediate;
  return { notAfter, daysLeft: Math.floor((notAfter.getTime() - now) / (24 * 3600 * 1000)) };
}

function imageTag(deployment: KubeObject): string {
  const spec = deployment["spec"] as {
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } };
  };
  return spec.template?.spec?.containers?.[0]?.image?.split(":").at(-1) ?? "";
}
