import type { Json, KubeObject, ObjectId } from "../../core/model/kube-object.ts";
import { idOf } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";
import { unlessForbidden } from "../../kube/errors.ts";
import { referenceOf } from "../../kube/object-reference.ts";

/** A pod that is made by a dry-run alone. */
export interface TrialPod {
  readonly pod: KubeObject;
  /** What people know it by: of a ReplicaSet the Deployment that keeps it. */
  readonly maker: ObjectId;
  /** True where it names the controller that makes such pods, as any such pod does: policies refuse those that name none. */
  readonly isOwned: boolean;
}

/**
 * A pod as a Deployment, StatefulSet or DaemonSet would make it next, with the
 * controller of those that are there. Undefined where the workload does not say
 * what it makes. Rejects with a KubeError as `list` does, but where this account
 * may not read what makes the pods.
 */
export async function trialPodOf(
  client: KubeClient,
  workload: KubeObject,
  signal: AbortSignal,
): Promise<TrialPod | undefined> {
  const { template } = specOf(workload);
  if (template === undefined) {
    return undefined;
  }
  const maker = idOf(workload);
  if (workload.kind !== "Deployment") {
    const live = await unlessForbidden(
      async () => client.get(referenceOf(workload), { signal }),
      () => undefined,
    );
    return { pod: podOf(workload, live), maker, isOwned: live !== undefined };
  }
  const set = await currentReplicaSet(client, workload, signal);
  const hash = set?.metadata.labels?.[templateHash];
  const labels = { ...template.metadata?.labels, ...(hash === undefined ? {} : { [templateHash]: hash }) };
  const metadata = { ...template.metadata, labels } as KubeObject["metadata"];
  const spec = { ...specOf(workload), template: { ...template, metadata } } as unknown as Json;
  return { pod: podOf({ ...workload, spec }, set), maker, isOwned: set !== undefined };
}

/**
 * The pod that what makes `maker`'s pods would make next: named and owned as
 * the controllers of Kubernetes do it
 * (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-identity).
 */
export function podOf(maker: KubeObject, owner: KubeObject | undefined): KubeObject {
  const { template } = specOf(maker);
  const { namespace } = maker.metadata;
  const isOrdinal = maker.kind === "StatefulSet";
  const name = isOrdinal ? ordinalName(owner ?? maker) : `${owner?.metadata.name ?? maker.metadata.name}-trial`;
  const metadata = {
    ...template?.metadata,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(isOrdinal ? { labels: { ...template?.metadata?.labels, "statefulset.kubernetes.io/pod-name": name } } : {}),
    ...(owner === undefined ? {} : { ownerReferences: [controllerOf(owner)] }),
  } as KubeObject["metadata"];
  const spec = isOrdinal ? withIdentity(maker, name) : (template?.spec ?? {});
  return { apiVersion: "v1", kind: "Pod", metadata, spec };
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template-hash-label */
const templateHash = "pod-template-hash";

/** Which revision a ReplicaSet is; the current one has the highest (`kubectl rollout history` goes by it). */
const revision = "deployment.kubernetes.io/revision";

interface MakerSpec {
  readonly replicas?: number;
  readonly template?: { readonly metadata?: Partial<KubeObject["metadata"]>; readonly spec?: Json };
  readonly serviceName?: string;
  readonly ordinals?: { readonly start?: number };
  readonly volumeClaimTemplates?: readonly KubeObject[];
}

function specOf(maker: KubeObject): MakerSpec {
  return (maker["spec"] ?? {}) as MakerSpec;
}

/** Of the pod after the last. */
function ordinalName(set: KubeObject): string {
  const { replicas = 1, ordinals } = specOf(set);
  return `${set.metadata.name}-${(ordinals?.start ?? 0) + replicas}`;
}

/** What a StatefulSet gives a pod of its own: a name, and a claim for each of its templates, in place of a volume of that name. */
function withIdentity(set: KubeObject, name: string): Json {
  const { template, serviceName, volumeClaimTemplates = [] } = specOf(set);
  const spec = (template?.spec ?? {}) as { readonly volumes?: readonly { readonly name: string }[] };
  const claims = volumeClaimTemplates.map(({ metadata }) => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: `${metadata.name}-${name}` },
  }));
  const others = (spec.volumes ?? []).filter((volume) => !claims.some((claim) => claim.name === volume.name));
  return {
    ...spec,
    hostname: name,
    ...(serviceName === undefined || serviceName === "" ? {} : { subdomain: serviceName }),
    volumes: [...others, ...claims],
  };
}

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
    .filter((set) => ownersOf(set).some((owner) => owner.kind === "Deployment" && owner.name === name))
    .toSorted((a, b) => revisionOf(b) - revisionOf(a));
  return current;
}

interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly controller?: boolean;
}

/** Who made an object, as it says itself. */
export function ownersOf({ metadata }: KubeObject): readonly OwnerReference[] {
  return (metadata["ownerReferences"] ?? []) as unknown as readonly OwnerReference[];
}

function controllerOf({ apiVersion, kind, metadata: { name, uid } }: KubeObject): Json {
  return { apiVersion, kind, name, uid: uid ?? "", controller: true };
}
