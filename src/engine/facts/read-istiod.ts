import type { IstiodFacts, IstiodPod } from "../../core/checks/control-plane-facts.ts";
import { formatAddress } from "../../core/checks/service-port.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Service } from "../../core/model/mesh.ts";
import { serviceHost } from "../../core/render/names.ts";
import { compareText } from "../../core/render/order.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isForbidden } from "../../kube/errors.ts";
import { findIstiod, readIstiodDebug, readIstiodPage } from "./istiod-pods.ts";
import { parseNetworkGateways } from "./network-gateways.ts";
import { readMeshConfig } from "./read-mesh-config.ts";
import { listIstioPods } from "./read-pods.ts";
import { readProxySync } from "./read-proxy-sync.ts";
import { readValidation } from "./read-validation.ts";
import { containersOf, environmentOf, readWorkload } from "./read-workload.ts";

/** istiod of one cluster: its Deployment, its webhook, and what every running pod says that it knows. */
export async function readIstiod(
  client: KubeClient,
  services: readonly Service[],
  signal: AbortSignal,
): Promise<IstiodFacts> {
  const [deployment, pods, webhooks, meshConfig] = await Promise.all([
    findIstiod(client, signal),
    listIstioPods(client, "istiod", signal),
    readWebhooks(client, signal),
    readMeshConfig(client, signal),
  ]);
  const clusterId = deployment === undefined ? undefined : environmentOf(deployment)["CLUSTER_ID"];
  return {
    ...readWorkload(deployment),
    ...(deployment === undefined || deployment.metadata.name === "istiod"
      ? {}
      : { deployment: deployment.metadata.name }),
    version: deployment === undefined ? "" : (containersOf(deployment)[0]?.image?.split(":").at(-1) ?? ""),
    ...(clusterId === undefined ? {} : { clusterId }),
    pods: await Promise.all(pods.map(async (pod) => readPod(client, pod, services, signal))),
    ...webhooks,
    ...(meshConfig === undefined ? {} : { meshConfig }),
  };
}

/** Of the whole cluster; an account with rights in some namespaces may not list them, and still see istiod. */
async function readWebhooks(
  client: KubeClient,
  signal: AbortSignal,
): Promise<Pick<IstiodFacts, "webhook" | "revisions" | "validation" | "unreadWebhooks">> {
  const injectors = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    labelSelector: "app=sidecar-injector",
  };
  try {
    const [webhooks, validation] = await Promise.all([
      client.list(injectors, { signal }),
      readValidation(client, signal),
    ]);
    return { webhook: webhooks.length > 0, ...revisionsOf(webhooks), validation };
  } catch (error) {
    if (isForbidden(error)) {
      return {
        webhook: false,
        validation: { webhooks: [], seesUnlabelled: false },
        unreadWebhooks: error.message,
      };
    }
    throw error;
  }
}

/** A tag's webhook has the revision's label too (istio.io/istio, manifests/charts/istio-control/istio-discovery/templates/revision-tags-mwc.yaml). */
function revisionsOf(webhooks: readonly KubeObject[]): Pick<IstiodFacts, "revisions"> {
  const found = webhooks.flatMap(
    ({ metadata: { labels = {} } }) => labels["istio.io/tag"] ?? labels["istio.io/rev"] ?? [],
  );
  return found.length === 0 ? {} : { revisions: [...new Set(found)].toSorted(compareText) };
}

async function readPod(
  client: KubeClient,
  pod: KubeObject,
  services: readonly Service[],
  signal: AbortSignal,
): Promise<IstiodPod> {
  const { name } = pod.metadata;
  const started = (pod["status"] as { readonly startTime?: string } | undefined)?.startTime ?? "";
  const ask = async (path: string): Promise<unknown> => readIstiodDebug(client, name, path, signal);
  try {
    const [remotes, gateways, shards, proxies, signerEnds] = await Promise.all([
      ask("/debug/clusterz"),
      ask("/debug/networkz"),
      ask("/debug/endpointShardz"),
      readProxySync(async () => ask("/debug/syncz"), signal),
      readSignerEnd(client, name, signal),
    ]);
    return {
      name,
      started,
      remotes: ((remotes ?? []) as readonly Remote[]).map((one) => ({ cluster: one.id, state: one.syncStatus })),
      networkGateways: parseNetworkGateways(gateways),
      shards: readShards((shards ?? {}) as Shards, services),
      proxies,
      ...(signerEnds === undefined ? {} : { signerEnds }),
    };
  } catch (error) {
    signal.throwIfAborted();
    const { message: problem } = error as Error;
    return { name, started, problem, remotes: [], networkGateways: [], shards: [], proxies: [] };
  }
}

/** The end of the certificate that an istiod signs with, by its metrics (istio.io/istio, security/pkg/server/ca/monitoring.go). */
async function readSignerEnd(client: KubeClient, pod: string, signal: AbortSignal): Promise<string | undefined> {
  const metrics = await readIstiodPage(client, pod, "/metrics", signal);
  const [, seconds] = /^citadel_server_cert_chain_expiry_timestamp (\S+)$/m.exec(metrics) ?? [];
  const end = Number(seconds);
  return Number.isFinite(end) && end > 0 ? new Date(end * 1000).toISOString() : undefined;
}

interface Remote {
  readonly id: string;
  readonly syncStatus: string;
}

interface Endpoint {
  readonly Addresses?: readonly string[];
  /** Istio before 1.25. */
  readonly Address?: string;
  readonly EndpointPort: number;
  /** 1 is healthy; older releases have no such field. */
  readonly HealthStatus?: number;
}

/** Host name → namespace → `Kubernetes/<cluster>` → endpoints. */
type Shards = Readonly<
  Record<
    string,
    Readonly<Record<string, { readonly Shards?: Readonly<Record<string, readonly Endpoint[] | null>> | null }>>
  >
>;

function readShards(all: Shards, services: readonly Service[]): IstiodPod["shards"] {
  return services.flatMap((service) => {
    const host = serviceHost(service);
    return Object.entries(all[host]?.[service.namespace]?.Shards ?? {}).map(([key, endpoints]) => ({
      service: host,
      cluster: key.slice(key.indexOf("/") + 1),
      endpoints: (endpoints ?? [])
        .filter((one) => (one.HealthStatus ?? 1) <= 1)
        .flatMap((one) =>
          (one.Addresses ?? [one.Address ?? ""]).map((address) => formatAddress(address, one.EndpointPort)),
        )
        .sort(compareText),
    }));
  });
}
