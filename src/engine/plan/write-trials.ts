import type { KubeObject, ObjectId } from "../../core/model/kube-object.ts";
import { describeId, idOf } from "../../core/model/kube-object.ts";
import type { RefusedWrite, TriedWrites } from "../../core/plan/plan.ts";
import { isIstioConfig } from "../../core/render/istio-config.ts";
import { compareText } from "../../core/render/order.ts";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError, isHeldBackByAdmission, isWebhookAway } from "../../kube/errors.ts";
import { trialPodOf } from "./trial-pod.ts";

/** Finds out what stands between an apply and objects that are as an apply has left them. */
export interface WriteTrials {
  /**
   * Tries a write of the object, where none of its kind and namespace was tried
   * and the plan has not asked for one itself, and of a pod where it makes pods.
   */
  readonly of: (object: KubeObject, known?: { readonly isAsked: boolean }) => Promise<void>;
  /** What was refused so far. */
  readonly refused: readonly RefusedWrite[];
  /** What is known of writes of these objects by now. */
  readonly tried: (objects: readonly KubeObject[]) => TriedWrites;
}

/** Tries nothing. */
export const noTrials: WriteTrials = {
  of: async () => Promise.resolve(),
  refused: [],
  tried: () => ({ pods: [], unknown: [] }),
};

/**
 * Tries by dry-runs what changes nothing: policies and webhooks are asked as
 * for any other write (https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run),
 * and say what they would say to the next apply, or to the next pod. One object
 * speaks for all of its kind and namespace. What this account may not do, what a
 * quota says and webhooks that know no dry-runs are no refusals: they would say
 * something else to others. Then nothing is known, and `tried` has why.
 */
export function createWriteTrials(client: KubeClient, signal: AbortSignal): WriteTrials {
  const begun = new Set<string>();
  const found: Found = { refused: [], pods: new Set(), unknown: [] };
  const once = async (key: string, work: () => Promise<void>): Promise<void> => {
    if (!begun.has(key)) {
      begun.add(key);
      await work();
    }
  };
  const tryPod = async (workload: KubeObject): Promise<void> => {
    const pod = await trialPodOf(client, workload, signal);
    await (pod === undefined ? undefined : attempt(client, pod, { id: idOf(workload), pod: true }, { found, signal }));
  };
  return {
    refused: found.refused,
    of: async (object, { isAsked } = { isAsked: false }) => {
      const id = idOf(object);
      const key = keyOfKind(id);
      if (isTriable(object)) {
        await Promise.all([
          once(key, async () => (isAsked ? undefined : attempt(client, object, { id }, { found, signal }))),
          isWorkload(id) ? once(`pods ${key}`, async () => tryPod(object)) : undefined,
        ]);
      }
    },
    tried: (objects) => {
      const ids = objects.filter(isTriable).map(idOf);
      const untried = new Map(ids.filter((id) => !begun.has(keyOfKind(id))).map((id) => [keyOfKind(id), id]));
      const reason = "none is there that a dry-run could write";
      return {
        pods: [...found.pods].toSorted(compareText),
        unknown: [...found.unknown, ...[...untried.values()].map((id) => ({ write: describeWrite({ id }), reason }))],
      };
    },
  };
}

/** What has come of the trials so far. */
interface Found {
  readonly refused: RefusedWrite[];
  /** Namespaces. */
  readonly pods: Set<string>;
  readonly unknown: TriedWrites["unknown"][number][];
}

async function attempt(
  client: KubeClient,
  object: KubeObject,
  refusal: Omit<RefusedWrite, "says">,
  { found, signal }: { readonly found: Found; readonly signal: AbortSignal },
): Promise<void> {
  try {
    await client.apply(object, { dryRun: true, force: true, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof KubeError)) {
      throw error;
    }
    const { message } = error;
    if (!isHeldBackByAdmission(error) && !isWebhookAway(error)) {
      found.unknown.push({ write: describeWrite(refusal), reason: message });
      return;
    }
    found.refused.push({ ...refusal, says: message });
  }
  if (refusal.pod === true) {
    found.pods.add(refusal.id.namespace ?? "");
  }
}

function isTriable(object: KubeObject): boolean {
  const id = idOf(object);
  return isIstioConfig(object) || isWorkload(id) || (id.group === "" && id.kind === "Service");
}

function isWorkload({ group, kind }: ObjectId): boolean {
  return group === "apps" && kind === "Deployment";
}

function keyOfKind({ group, kind, namespace = "" }: ObjectId): string {
  return `${group} ${kind} ${namespace}`;
}

function describeWrite({ id, pod }: Omit<RefusedWrite, "says">): string {
  return pod === true ? `pods of ${describeId(id)}` : `${id.kind} in ${id.namespace ?? "the cluster"}`;
}
