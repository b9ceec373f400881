import { isDeepStrictEqual } from "node:util";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { CallOptions } from "../../kube/client.ts";
import { isRecord } from "../../kube/kubeconfig/read-fields.ts";
import type { ManagementCluster } from "./management-cluster.ts";
import { patchClusterStatus } from "./management-cluster.ts";
import type { RancherCluster } from "./managed-cluster.ts";
import type { PolicyFacts } from "./plan-policies.ts";
import { isRanchersPolicy, planPolicies } from "./plan-policies.ts";
import type { Rancher } from "./rancher.ts";
import { rancherFieldManager } from "./rancher-names.ts";

const kind = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" };

/** What isolation goes by, beside what is in the cluster itself. */
export interface IsolationSubject extends Omit<PolicyFacts, "policies" | "services" | "podRanges"> {
  readonly management: ManagementCluster;
}

/**
 * Keeps a cluster's policies as project network isolation wants them: makes
 * what is missing, makes anew what somebody changed, takes away what no
 * namespace or service asks for any more; all of them when the cluster's
 * `spec.enableNetworkPolicy` is off (RANCHER networkpolicy/clusterHandler.go).
 */
export async function syncPolicies(
  rancher: Rancher,
  cluster: RancherCluster,
  { management, ...facts }: IsolationSubject,
  options: CallOptions,
): Promise<void> {
  const enabled = management.enableNetworkPolicy;
  const applied = management.status["appliedEnableNetworkPolicy"] === true;
  if (!enabled && !applied) {
    return;
  }
  const policies = await cluster.client.list(kind, options);
  const wanted = enabled ? await plan(cluster, { ...facts, policies }, options) : [];
  const keep = new Set(wanted.map(keyOf));
  for (const policy of policies.filter((one) => isRanchersPolicy(one) && !keep.has(keyOf(one)))) {
    await remove(cluster, policy, options);
    rancher.log(`cluster ${cluster.id}: policy ${keyOf(policy)} is deleted`);
  }
  for (const policy of wanted) {
    const there = policies.find((one) => keyOf(one) === keyOf(policy));
    if (there !== undefined && isDeepStrictEqual(there["spec"], policy["spec"])) {
      continue;
    }
    if (there !== undefined) {
      // Also what others added to it is to go.
      await remove(cluster, there, options);
    }
    await cluster.client.apply(policy, { ...options, force: true, fieldManager: rancherFieldManager });
    rancher.log(`cluster ${cluster.id}: policy ${keyOf(policy)} is made`);
  }
  if (applied !== enabled) {
    await patchClusterStatus(rancher, cluster.id, { appliedEnableNetworkPolicy: enabled }, options);
  }
}

async function plan(
  cluster: RancherCluster,
  facts: Omit<PolicyFacts, "services" | "podRanges">,
  options: CallOptions,
): Promise<readonly KubeObject[]> {
  const [services, nodes] = await Promise.all([
    cluster.client.list({ apiVersion: "v1", kind: "Service" }, options),
    cluster.client.list({ apiVersion: "v1", kind: "Node" }, options),
  ]);
  const podRanges = nodes.flatMap((node) => {
    const spec = isRecord(node["spec"]) ? node["spec"] : {};
    return typeof spec["podCIDR"] === "string" ? [spec["podCIDR"]] : [];
  });
  return planPolicies({ ...facts, services, podRanges });
}

async function remove(cluster: RancherCluster, policy: KubeObject, { signal }: CallOptions): Promise<void> {
  const { name, namespace = "" } = policy.metadata;
  await cluster.client.delete({ ...kind, name, namespace }, { signal });
}

function keyOf(policy: KubeObject): string {
  return `${policy.metadata.namespace ?? ""}/${policy.metadata.name}`;
}
