import { setTimeout as sleep } from "node:timers/promises";
import type { ListQuery } from "../../kube/client.ts";
import type { RancherCluster } from "./managed-cluster.ts";
import { findManagementCluster } from "./management-cluster.ts";
import type { Rancher } from "./rancher.ts";
import { localClusterId } from "./rancher-names.ts";
import { projectOf, syncNamespaceLabel } from "./sync-namespaces.ts";
import { syncPolicies } from "./sync-policies.ts";
import { syncProjects } from "./sync-projects.ts";
import { quotaLabel, syncQuota } from "./sync-quota.ts";
import { syncRepos } from "./sync-repos.ts";

/** Changes come in bursts; one pass serves all of a burst. */
const settleMs = 150;
/** After a pass that failed. */
const retryMs = 2000;

const managed = { apiVersion: "management.cattle.io/v3" };

/** What in the cluster itself starts a pass. */
const watchedInCluster: readonly ListQuery[] = [
  { apiVersion: "v1", kind: "Namespace" },
  { apiVersion: "v1", kind: "ResourceQuota", labelSelector: `${quotaLabel}=true` },
  { apiVersion: "v1", kind: "LimitRange", labelSelector: `${quotaLabel}=true` },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
  { apiVersion: "catalog.cattle.io/v1", kind: "ClusterRepo" },
];

/**
 * Rancher's controllers for one cluster: a pass over all of it whenever
 * something that they go by changes, there or among Rancher's own objects.
 * Until the signal fires; never rejects.
 */
export async function runControllers(rancher: Rancher, cluster: RancherCluster, signal: AbortSignal): Promise<void> {
  const bell = createBell();
  const watchedHere: readonly ListQuery[] = [
    { ...managed, kind: "Project", namespace: cluster.id },
    { ...managed, kind: "Cluster", fieldSelector: `metadata.name=${cluster.id}` },
  ];
  const watches = [
    ...watchedHere.map(async (query) => follow(rancher.local, query, bell.ring, signal)),
    ...(cluster.id === localClusterId ? [] : watchedInCluster).map(async (query) =>
      follow(cluster, query, bell.ring, signal),
    ),
  ];
  await Promise.all([...watches, passUntilDone(rancher, cluster, bell, signal)]);
}

async function passUntilDone(
  rancher: Rancher,
  cluster: RancherCluster,
  bell: Bell,
  signal: AbortSignal,
): Promise<void> {
  let reported: string | undefined;
  while (!signal.aborted) {
    await bell.wait(signal);
    await sleep(settleMs, undefined, { signal }).catch(() => undefined);
    try {
      await passOnce(rancher, cluster, signal);
      reported = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (!signal.aborted && message !== reported) {
        rancher.log(`cluster ${cluster.id}: controllers begin anew: ${message}`);
        reported = message;
      }
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      bell.ring();
    }
  }
}

/** One pass: projects, then namespaces with labels and quotas, then policies, which go by the labels. */
async function passOnce(rancher: Rancher, cluster: RancherCluster, signal: AbortSignal): Promise<void> {
  const projects = await syncProjects(rancher, cluster, { signal });
  if (cluster.id === localClusterId) {
    return;
  }
  await syncRepos(rancher, cluster, { signal });
  const { client } = cluster;
  const [namespaces, quotas, limitRanges] = await Promise.all([
    client.list({ apiVersion: "v1", kind: "Namespace" }, { signal }),
    client.list({ apiVersion: "v1", kind: "ResourceQuota", labelSelector: `${quotaLabel}=true` }, { signal }),
    client.list({ apiVersion: "v1", kind: "LimitRange", labelSelector: `${quotaLabel}=true` }, { signal }),
  ]);
  const living = namespaces.filter((one) => one.metadata["deletionTimestamp"] === undefined);
  const labelled = [];
  for (const namespace of living) {
    const label = await syncNamespaceLabel(rancher, cluster, namespace, { signal });
    labelled.push({ namespace, label });
  }
  for (const { namespace, label } of labelled) {
    const { name } = namespace.metadata;
    const siblings = labelled.filter((one) => label !== "" && one.label === label && one.namespace !== namespace);
    await syncQuota(
      rancher,
      cluster,
      {
        namespace,
        project: projectOf(label, projects),
        siblings: siblings.map((one) => one.namespace),
        quota: quotas.find((one) => one.metadata.namespace === name),
        limitRange: limitRanges.find((one) => one.metadata.namespace === name),
      },
      { signal },
    );
  }
  const management = await findManagementCluster(rancher, cluster.id, { signal });
  const system = projects.find((one) => one.system);
  if (management !== undefined && system !== undefined) {
    const facts = labelled.map(({ namespace, label }) => ({
      name: namespace.metadata.name,
      uid: String(namespace.metadata["uid"] ?? ""),
      project: label,
    }));
    const subject = { management, systemProject: system.name, namespaces: facts };
    await syncPolicies(rancher, cluster, subject, { signal });
  }
}

/** Rings at every change of the query's objects; begins anew after whatever ended the watch. */
async function follow(cluster: RancherCluster, query: ListQuery, ring: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const _ of cluster.client.watch(query, { signal })) {
        ring();
      }
    } catch {
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

interface Bell {
  readonly ring: () => void;
  /** Resolves when it rang since the last wait, or when the signal fires. Rings before the first wait count. */
  wait(signal: AbortSignal): Promise<void>;
}

function createBell(): Bell {
  // It begins rung: what there is at the start wants a pass too.
  let rung = true;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (signal) => {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
      rung = false;
      wake = undefined;
    },
  };
}
