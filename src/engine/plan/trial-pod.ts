import type { Json, KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";
import { unlessForbidden } from "../../kube/errors.ts";

/**
 * A pod as the workload's current ReplicaSet would make it, with that for its
 * controller: policies refuse pods that have none. A naked one where no
 * ReplicaSet can be read, and undefined where the workload does not say what it makes.
 * Rejects with a KubeError as `list` does, but where this account may not list them.
 */
export async function trialPodOf(
  client: KubeClient,
  workload: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const { template } = (workload["spec"] ?? {}) as {
    readonly template?: { readonly metadata?: KubeObject["metadata"]; readonly spec?: Json };
  };
  if (template === undefined) {
    return undefined;
  }
  const { name, namespace } = workload.metadata;
  const set = await currentReplicaSet(client, workload, signal);
  const hash = set?.metadata.labels?.[templateHash];
  const metadata = {
    ...template.metadata,
    name: `${set?.metadata.name ?? name}-trial`,
    ...(namespace === undefined ? {} : { namespace }),
    ...(hash === undefined ? {} : { labels: { ...template.metadata?.labels, [templateHash]: hash } }),
    ...(set === undefined ? {} : { ownerReferences: [controllerOf(set)] }),
  };
  return { ...template, apiVersion: "v1", kind: "Pod", metadata };
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template-hash-label */
const templateHash = "pod-template-hash";

/** Which revision a ReplicaSet is; the current one has the highest (`kubectl rollout history` goes by it). */
const revision = "deployment.kubernetes.io/revision";

async function currentReplicaSet(
  client: KubeClient,
  { metadata: { name, namespace = "" } }: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const sets = await unlessForbidden(
    async () => client.list({ apiVersion: "apps/v1", kind: "ReplicaSet", namespace }, { signal }),
    () => [],
  );
  const revisionOf = ({ metadata }: KubeObject): number => Number(metadata.annotations?.[revision] ?? 0);
  const [current] = sets
    .filter(({ metadata }) =>
      ((metadata["ownerReferences"] ?? []) as unknown as readonly OwnerReference[]).some(
        (owner) => owner.kind === "Deployment" && owner.name === name,
      ),
    )
    .toSorted((a, b) => revisionOf(b) - revisionOf(a));
  return current;
}

interface OwnerReference {
  readonly kind: string;
  readonly name: string;
}

function controllerOf({ metadata: { name, uid } }: KubeObject): Json {
  return { apiVersion: "apps/v1", kind: "ReplicaSet", name, uid: uid ?? "", controller: true };
}
