import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { stringify } from "yaml";
import type { CallOptions } from "../../kube/client.ts";
import { isRecord } from "../../kube/kubeconfig/read-fields.ts";
import { sendJson, v3Error } from "./answer.ts";
import type { ManagementCluster } from "./management-cluster.ts";
import { findManagementCluster, listManagementClusters } from "./management-cluster.ts";
import type { Rancher } from "./rancher.ts";
import { spell } from "./rancher-names.ts";
import { readMinutes } from "./settings.ts";
import { collection, created, linkTo } from "./v3-resource.ts";

/**
 * `/v3/clusters[?name=]` and `/v3/clusters/<id>[?action=generateKubeconfig]`
 * (RANCHER pkg/api/norman/customization/cluster): `name` is the display name,
 * `state` follows from the conditions.
 */
export async function serveClusters(
  rancher: Rancher,
  request: IncomingMessage,
  response: ServerResponse,
  { id, query, signal }: CallOptions & { readonly id: string | undefined; readonly query: URLSearchParams },
): Promise<void> {
  if (id === undefined) {
    requireMethod(request, "GET");
    const wanted = query.get("name");
    const clusters = await listManagementClusters(rancher, { signal });
    const data = clusters
      .filter((one) => wanted === null || one.displayName === wanted)
      .map((one) => viewCluster(rancher, one));
    sendJson(response, 200, collection(rancher, "cluster", "clusters", data));
    return;
  }
  const cluster = await findManagementCluster(rancher, id, { signal });
  if (cluster === undefined) {
    throw v3Error(404, "NotFound", `clusters.management.cattle.io "${id}" not found`);
  }
  const action = query.get("action");
  if (action === null) {
    requireMethod(request, "GET");
    sendJson(response, 200, viewCluster(rancher, cluster));
    return;
  }
  requireMethod(request, "POST");
  if (action !== "generateKubeconfig") {
    throw v3Error(404, "ActionNotAvailable", `action ${action} is not available`);
  }
  sendJson(response, 200, {
    baseType: "generateKubeConfigOutput",
    config: await generateKubeconfig(rancher, cluster, signal),
    type: "generateKubeConfigOutput",
  });
}

/** A kubeconfig that leads through Rancher, with a token of its own that is good for all clusters, as Rancher makes it. */
async function generateKubeconfig(rancher: Rancher, cluster: ManagementCluster, signal: AbortSignal): Promise<string> {
  const minutes = await readMinutes(rancher, "kubeconfig-default-token-ttl-minutes", { signal });
  const { token, secret } = await rancher.tokens.create({
    api: "v3",
    description: "Kubeconfig token",
    ttlMs: minutes * 60_000,
    maximumMinutes: await readMinutes(rancher, "auth-token-max-ttl-minutes", { signal }),
    clusterId: "",
    userId: rancher.userId,
    labels: { "authn.management.cattle.io/kind": "kubeconfig", "cattle.io/kubeconfig": spell(randomBytes(5)) },
  });
  rancher.log(`token ${token.name} is made for a kubeconfig`);
  const name = cluster.displayName;
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name,
        cluster: {
          server: `${rancher.url}/k8s/clusters/${cluster.id}`,
          "certificate-authority-data": Buffer.from(rancher.identity.authority).toString("base64"),
        },
      },
    ],
    users: [{ name, user: { token: `${token.name}:${secret.expose()}` } }],
    contexts: [{ name, context: { user: name, cluster: name } }],
    "current-context": name,
  });
}

/** A cluster as the v3 API shows it. */
function viewCluster(rancher: Rancher, cluster: ManagementCluster): object {
  const { status } = cluster;
  const conditions = Array.isArray(status["conditions"]) ? status["conditions"] : [];
  const self = linkTo(rancher, `clusters/${cluster.id}`);
  return {
    actions: { generateKubeconfig: `${self}?action=generateKubeconfig` },
    annotations: cluster.annotations,
    apiEndpoint: status["apiEndpoint"] ?? "",
    appliedEnableNetworkPolicy: status["appliedEnableNetworkPolicy"] ?? false,
    baseType: "cluster",
    caCert: status["caCert"] ?? "",
    conditions,
    ...created(cluster.createdAt),
    creatorId: rancher.userId,
    description: cluster.description,
    driver: status["driver"] ?? "",
    enableNetworkPolicy: cluster.enableNetworkPolicy,
    id: cluster.id,
    internal: cluster.internal,
    labels: cluster.labels,
    links: { projects: `${self}/projects`, remove: self, self, update: self },
    localClusterAuthEndpoint: { enabled: false, type: "/v3/schemas/localClusterAuthEndpoint" },
    name: cluster.displayName,
    provider: status["provider"] ?? "",
    ...judgeState(conditions),
    type: "cluster",
    uuid: cluster.uid,
    version: status["version"] ?? null,
  };
}

/** State and transition out of the condition Ready (wrangler's summary, as the v3 API shows it). */
function judgeState(conditions: readonly unknown[]): {
  readonly state: string;
  readonly transitioning: "no" | "yes" | "error";
  readonly transitioningMessage: string;
} {
  const ready = conditions.filter(isRecord).find((one) => one["type"] === "Ready");
  const message = typeof ready?.["message"] === "string" ? ready["message"] : "";
  if (ready?.["status"] === "True") {
    return { state: "active", transitioning: "no", transitioningMessage: "" };
  }
  return ready === undefined
    ? { state: "pending", transitioning: "yes", transitioningMessage: "" }
    : { state: "unavailable", transitioning: "error", transitioningMessage: message };
}

function requireMethod(request: IncomingMessage, method: string): void {
  if (request.method !== method) {
    throw v3Error(405, "MethodNotAllowed", `${request.method ?? ""} is not allowed here`);
  }
}
