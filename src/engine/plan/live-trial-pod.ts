import type { KubeObject, ObjectId } from "../../core/model/kube-object.ts";
import { idOf } from "../../core/model/kube-object.ts";
import type { Labels } from "../../core/model/labels.ts";
import { hasLabels } from "../../core/model/labels.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { TrialPod } from "./trial-pod.ts";
import { ownersOf, podOf } from "./trial-pod.ts";

/** Services of one namespace. */
export interface NamesInNamespace {
  readonly namespace: string;
  readonly names: readonly string[];
}

/**
 * A pod as what makes the pods of one of these services in a cluster would make
 * it next, whoever has put that there: a ReplicaSet (of a Deployment, or of a
 * program such as Argo Rollouts), a StatefulSet or a DaemonSet. Undefined where
 * they select no pods, or pods that nothing of that kind makes. Rejects with a
 * KubeError as `list` does.
 */
export async function liveTrialPodOf(
  client: KubeClient,
  { namespace, names }: NamesInNamespace,
  signal: AbortSignal,
): Promise<TrialPod | undefined> {
  const services = await client.list({ apiVersion: "v1", kind: "Service", namespace }, { signal });
  const selectors = services
    .filter(({ metadata }) => names.includes(metadata.name))
    .map(selectorOf)
    .filter((selector) => Object.keys(selector).length > 0);
  for (const kind of selectors.length === 0 ? [] : ["ReplicaSet", "StatefulSet", "DaemonSet"]) {
    const makers = await client.list({ apiVersion: "apps/v1", kind, namespace }, { signal });
    // The newest, whose pods are the ones that follow.
    const [maker] = makers
      .filter((one) => makesPods(one) && selectors.some((selector) => hasLabels(podLabelsOf(one), selector)))
      .toSorted((a, b) => bornAt(b) - bornAt(a));
    if (maker !== undefined) {
      return { pod: podOf(maker, maker), maker: keeperOf(maker), isOwned: true };
    }
  }
  return undefined;
}

function selectorOf(service: KubeObject): Labels {
  return ((service["spec"] ?? {}) as { readonly selector?: Labels }).selector ?? {};
}

interface MakerSpec {
  readonly replicas?: number;
  readonly template?: { readonly metadata?: { readonly labels?: Labels } };
}

function podLabelsOf(maker: KubeObject): Labels {
  return (maker["spec"] as MakerSpec | undefined)?.template?.metadata?.labels ?? {};
}

/** ReplicaSets of former revisions, and what is scaled to 0, make none. */
function makesPods(maker: KubeObject): boolean {
  return (maker["spec"] as MakerSpec | undefined)?.replicas !== 0;
}

function bornAt({ metadata }: KubeObject): number {
  return Date.parse(String(metadata["creationTimestamp"])) || 0;
}

/** What keeps a ReplicaSet; itself where nothing does. */
function keeperOf(maker: KubeObject): ObjectId {
  const { namespace } = maker.metadata;
  const keeper = ownersOf(maker).find(({ controller }) => controller === true);
  return keeper === undefined
    ? idOf(maker)
    : idOf({
        apiVersion: keeper.apiVersion,
        kind: keeper.kind,
        metadata: { name: keeper.name, ...(namespace === undefined ? {} : { namespace }) },
      });
}
