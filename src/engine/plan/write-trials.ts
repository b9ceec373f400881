import type { Json, KubeObject } from "../../core/model/kube-object.ts";
import { idOf } from "../../core/model/kube-object.ts";
import type { RefusedWrite } from "../../core/plan/plan.ts";
import { isIstioConfig } from "../../core/render/istio-config.ts";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError, isHeldBackByAdmission, isWebhookAway } from "../../kube/errors.ts";

/** Finds out what stands between an apply and objects that are as an apply has left them. */
export interface WriteTrials {
  /** Tries a write of the object, where none of its kind and namespace was tried, and of a pod where it makes pods. */
  readonly of: (object: KubeObject) => Promise<void>;
  /** What was refused so far. */
  readonly refused: readonly RefusedWrite[];
}

/** Tries nothing. */
export const noTrials: WriteTrials = { of: async () => Promise.resolve(), refused: [] };

/**
 * Tries by dry-runs what changes nothing: policies and webhooks are asked as
 * for any other write (https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run),
 * and say what they would say to the next apply, or to the next pod. One object
 * speaks for all of its kind and namespace. What this account may not do, what a
 * quota says and webhooks that know no dry-runs are no refusals: they would say
 * something else to others.
 */
export function createWriteTrials(client: KubeClient, signal: AbortSignal): WriteTrials {
  const tried = new Set<string>();
  const refused: RefusedWrite[] = [];
  const attempt = async (object: KubeObject, refusal: Omit<RefusedWrite, "says">): Promise<void> => {
    try {
      await client.apply(object, { dryRun: true, force: true, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof KubeError)) {
        throw error;
      }
      if (isHeldBackByAdmission(error) || isWebhookAway(error)) {
        refused.push({ ...refusal, says: error.message });
      }
    }
  };
  return {
    refused,
    of: async (object) => {
      const id = idOf(object);
      const key = `${id.group} ${id.kind} ${id.namespace ?? ""}`;
      const isWorkload = id.group === "apps" && id.kind === "Deployment";
      if (tried.has(key) || !(isIstioConfig(object) || isWorkload || (id.group === "" && id.kind === "Service"))) {
        return;
      }
      tried.add(key);
      await Promise.all([
        attempt(object, { id }),
        ...(isWorkload ? podsOf(object).map(async (pod) => attempt(pod, { id, pod: true })) : []),
      ]);
    },
  };
}

/** Pods as the workload would make them: one, or none where it does not say what it makes. */
function podsOf(workload: KubeObject): readonly KubeObject[] {
  const { template } = (workload["spec"] ?? {}) as {
    readonly template?: { readonly metadata?: KubeObject["metadata"]; readonly spec?: Json };
  };
  const { name, namespace } = workload.metadata;
  const metadata = { ...template?.metadata, name: `${name}-trial`, ...(namespace === undefined ? {} : { namespace }) };
  return template === undefined ? [] : [{ ...template, apiVersion: "v1", kind: "Pod", metadata }];
}
