import type { ClusterSnapshot, MeshFacts, ReachedCluster, UnreadPart } from "../../core/checks/facts.ts";
import { factsVersion } from "../../core/checks/facts.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { trustDomainOf } from "../../core/model/trust-domain.ts";
import { networkingOf } from "../../core/releases/istio-releases.ts";
import { eastWestPlace } from "../../core/routing/east-west-place.ts";
import { istioNamespace } from "../../core/render/names.ts";
import { serviceNamespaces } from "../../core/render/service-namespaces.ts";
import { meshAt } from "../../core/routing/routes-at.ts";
import type { KubeClient } from "../../kube/client.ts";
import { createLimiter } from "../../kube/limiter.ts";
import { shareReads } from "../../kube/share-reads.ts";
import { tolerateListeners } from "../../kube/tolerate-listeners.ts";
import { withinClusterTime } from "../clusters/cluster-time.ts";
import type { Connected, Connection } from "../clusters/connect-clusters.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { RunOptions } from "../options.ts";
import { outlineOf } from "./mesh-outline.ts";
import { lookAtCluster } from "../progress/look-at-cluster.ts";
import { readBypasses } from "../facts/read-bypasses.ts";
import { readAllowed } from "../facts/read-allowed.ts";
import { readCallers } from "../facts/read-callers.ts";
import { readClaims } from "../facts/read-claims.ts";
import { readCertManager } from "../facts/read-cert-manager.ts";
import { readControllers } from "../facts/read-controllers.ts";
import { readExternalDns } from "../facts/read-external-dns.ts";
import { readGateways } from "../facts/read-gateways.ts";
import { readHindrances } from "../facts/read-hindrances.ts";
import { readIstiodRights } from "../facts/read-istiod-rights.ts";
import { blankParts } from "../../core/checks/blank-parts.ts";
import { readIstiod } from "../facts/read-istiod.ts";
import { readNamespaces } from "../facts/read-namespaces.ts";
import { readNetworkPolicies } from "../facts/read-network-policies.ts";
import { readOtherPolicies } from "../facts/read-other-policies.ts";
import { withUnanswered } from "../facts/read-unanswered.ts";
import { readNodes } from "../facts/read-nodes.ts";
import { isRunning, listLivingPods, readOtherPods, readMeshPods, selectMeshPods } from "../facts/read-pods.ts";
import { readWaitingPods } from "../facts/waiting-pods.ts";
import { readQuotas } from "../facts/read-policies.ts";
import type { TrialOptions, TriedCredentials, TriedSecret } from "../facts/read-remote-secrets.ts";
import { beginTrials, endOfTrials } from "../facts/read-remote-secrets.ts";
import { readRouting } from "../facts/read-routing.ts";
import { readSecurity } from "../facts/read-security.ts";
import { readService } from "../facts/read-services.ts";
import { readStorage } from "../facts/read-storage.ts";
import { dnsNamespace, readSystem } from "../facts/read-system.ts";
import { readAnnouncers } from "../facts/read-announcers.ts";
import { readAuthorityFacts, readTlsSecrets } from "../facts/read-trust.ts";

import { readWriteHooks } from "../facts/read-write-hooks.ts";

/** Bounds what is held of API servers' answers at once: the remote secrets of a large fleet's clusters are megabytes each. */
const gatheredAtATime = 24;

/**
 * Nodes are those of the connection, which a look begins with, since a list of
 * them is one of the largest. A node that hangs makes a look longer than this,
 * and may have been ready when it began.
 */
const longLookMs = 10_000;

/**
 * Asks the clusters side by side for everything that the checks judge. A
 * cluster that stops answering meanwhile is one that does not answer. Credentials
 * that were `tried` already are not tried again; those of this look are added to them.
 */
export async function gatherFacts(
  { mesh, name }: Pick<MeshFile, "mesh" | "name">,
  connections: readonly Connection[],
  options: RunOptions & TrialOptions & { readonly tried?: TriedCredentials },
): Promise<MeshFacts> {
  const { tried = new Map() } = options;
  tolerateListeners(options.signal);
  const limiter = createLimiter(gatheredAtATime);
  const clusters = await Promise.all(
    connections.map(async (one): Promise<ClusterSnapshot> => {
      if (one.kind === "unreachable") {
        return { kind: "unreachable", cluster: one.cluster.name, diagnostic: one.diagnostic };
      }
      const task = { cluster: one.cluster.name, task: "gathering facts" };
      return limiter.run(options.signal, async () =>
        lookAtCluster(task, options, async () =>
          withTrials(
            await withinClusterTime(one, options, async (signal) =>
              gatherSnapshot(mesh, one, { ...options, signal, trials: { ...options, ...trialLimit(options), tried } }),
            ),
          ),
        ),
      );
    }),
  );
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Facts",
    version: factsVersion,
    takenAt: new Date(options.now()).toISOString(),
    mesh: outlineOf(mesh, name),
    clusters,
  };
}

type GatherOptions = RunOptions & { readonly trials: TrialOptions & { readonly tried: TriedCredentials } };

/** A cluster with the trials of its remote secrets under way. */
type Gathered = Omit<ReachedCluster, "remoteSecrets"> & { readonly remoteSecrets: readonly TriedSecret[] };

async function withTrials(gathered: Gathered): Promise<ReachedCluster> {
  return { ...gathered, remoteSecrets: await endOfTrials(gathered.remoteSecrets) };
}

/** No credential is tried longer than a cluster may take. */
function trialLimit({ clusterTimeoutMs: limitMs }: RunOptions): Pick<TrialOptions, "limitMs"> {
  return limitMs === undefined ? {} : { limitMs };
}

async function gatherSnapshot(mesh: Mesh, connected: Connected, options: GatherOptions): Promise<Gathered> {
  const { cluster, context, facts } = connected;
  const { signal } = options;
  const client = shareReads(connected.client);
  const begun = options.now();
  const namespaces = [...new Set([istioNamespace, eastWestPlace(cluster).namespace, ...serviceNamespaces(mesh)])];
  listAhead(client, signal);
  const look = await readAllowed(
    partsAt(mesh, { ...connected, client, namespaces, raw: connected.client }, options),
    blankLook,
  );
  const { security, pods: living, istiodRights, storage, ...parts } = look.values;
  const pods = living.filter(isRunning);
  const meshPods = readMeshPods(pods, parts.services, parts.gateways);
  const hindered = await readHindrances(client, mesh.services, parts, signal);
  const nodes = options.now() - begun >= longLookMs ? await readNodes(client, signal) : facts.nodes;
  return {
    kind: "reached",
    cluster: cluster.name,
    context: context.context,
    ...(facts.uid === undefined ? {} : { uid: facts.uid }),
    kubernetesVersion: facts.kubernetesVersion,
    ...(facts.installedMeshId === undefined ? {} : { meshId: facts.installedMeshId }),
    nodes: await withUnanswered(client, nodes, { ...parts, pods }, { signal }),
    ...parts,
    ...(istiodRights === undefined ? {} : { istiodRights }),
    ...(storage === undefined ? {} : { storage }),
    pods: meshPods,
    otherPods: readOtherPods(pods, meshPods),
    waitingPods: readWaitingPods(selectMeshPods(living, parts.services, parts.gateways), new Date(options.now())),
    hindered,
    ...security,
    ...unreadOf([...(facts.unread ?? []), ...look.refused]),
  };
}

/** What is read of a cluster side by side. */
function partsAt(
  mesh: Mesh,
  {
    client,
    cluster,
    facts,
    namespaces,
    raw,
  }: Connected & {
    readonly namespaces: readonly string[];
    /** Shares no reads. */
    readonly raw: Connected["client"];
  },
  options: GatherOptions,
) {
  const { signal } = options;
  const now = new Date(options.now());
  const istio = { apiVersion: networkingOf(mesh.istio) };
  return {
    namespaces: readNamespaces(client, namespaces, signal),
    authority: readAuthorityFacts(client, facts, { signal, now, trustDomain: trustDomainOf(mesh) }),
    istiod: readIstiod(client, mesh.services, signal),
    // Of an istiod of its own an apply compares the role.
    istiodRights: mesh.istio.install === "existing" ? readIstiodRights(client, signal) : nobodyLooked,
    gateways: readGateways(client, { cluster, services: mesh.services }, signal),
    callers: readCallers(client, mesh.services, istio, signal),
    remoteSecrets: beginTrials(client, signal, options.trials),
    services: Promise.all(mesh.services.map(async (service) => readService(client, service, signal))),
    pods: listLivingPods(client, namespaces, signal),
    routing: readRouting(client, istio, signal),
    quotas: readQuotas(client, namespaces, signal),
    // Those of the cluster's DNS decide over every look-up.
    networkPolicies: readNetworkPolicies(client, [...namespaces, dnsNamespace], signal),
    otherPolicies: readOtherPolicies(client, namespaces, signal),
    security: readSecurity(client, namespaces, signal),
    system: readSystem(client, { nodes: facts.nodes, services: mesh.services }, signal),
    tlsSecrets: readTlsSecrets(client, meshAt(mesh, cluster).services, signal),
    externalDns: readExternalDns(client, signal),
    certManager: readCertManager(client, mesh, signal),
    bypasses: readBypasses(client, serviceNamespaces(mesh), signal),
    writeHooks: readWriteHooks(client, namespaces, signal),
    controllers: readControllers(client, mesh.services, now, signal),
    storage: readStorage(client, raw, { now: options.now, signal, ...trialLimit(options) }),
    announcers: readAnnouncers(client, cluster, signal),
    claims: readClaims(client, signal),
  };
}

const nobodyLooked = Promise.resolve(undefined);

const blankLook = {
  ...blankParts,
  services: [...blankParts.services],
  security: {
    peerAuthentications: blankParts.peerAuthentications,
    authorizationPolicies: blankParts.authorizationPolicies,
  },
};

/** Parts of the facts by what was refused; what was read of a cluster for other purposes is none. */
const partsOf: Readonly<Record<string, readonly UnreadPart[]>> = {
  security: ["peerAuthentications", "authorizationPolicies"],
  pods: ["pods", "otherPods", "waitingPods"],
  cacerts: ["authority"],
  meshConfig: ["meshId"],
  inventories: [],
  token: [],
  version: [],
  ingress: [],
  apiPorts: [],
  remotes: [],
};

function unreadOf(refused: readonly { readonly part: string; readonly why: string }[]): Pick<ReachedCluster, "unread"> {
  const unread = refused.flatMap(({ part, why }) =>
    (partsOf[part] ?? [part as UnreadPart]).map((one) => ({ part: one, why })),
  );
  const first = unread.filter(({ part }, index) => unread.findIndex((other) => other.part === part) === index);
  return first.length === 0 ? {} : { unread: first };
}

/** Of these kinds readers ask for one object each, and have more answered by one list. */
const listedAhead = [
  { apiVersion: "apps/v1", kind: "Deployment", namespace: istioNamespace },
  // Of all namespaces, since any Service may take an address for its own.
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "admissionregistration.k8s.io/v1", kind: "MutatingWebhookConfiguration" },
];

/** Begins the lists that answer for single objects (`shareReads`). What may not be listed is then asked for one by one. */
function listAhead(client: KubeClient, signal: AbortSignal): void {
  for (const query of listedAhead) {
    void client.list(query, { signal }).catch(() => undefined);
  }
}
