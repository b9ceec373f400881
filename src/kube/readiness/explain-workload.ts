import type { KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../client.ts";
import { KubeError } from "../errors.ts";
import type { Fields } from "./object-fields.ts";
import { conditionOf, fieldsAt, listAt, textAt } from "./object-fields.ts";
import { isVague, podReadiness } from "./pod-readiness.ts";

const workloads = ["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet"];

/** One look for a better reason. */
interface Look {
  readonly client: KubeClient;
  readonly signal: AbortSignal;
}

/**
 * Why a workload or a pod really hangs: its pods' own reasons, or the warnings
 * that its controller or its nodes left behind. Undefined where there is nothing
 * to add to the object's own words, or where the user may not look.
 */
export async function explainWorkload(
  client: KubeClient,
  object: KubeObject,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { namespace, name } = object.metadata;
  if (namespace === undefined) {
    return undefined;
  }
  const look = { client, signal };
  try {
    if (object.kind === "Pod") {
      return isVague(podReadiness(object).reason)
        ? await findWarning(look, { kind: "Pod", namespace, name })
        : undefined;
    }
    return workloads.includes(object.kind) ? await lookBelow(look, object, namespace) : undefined;
  } catch (error) {
    if (error instanceof KubeError) {
      // The workload's own reason stands; a failing look for a better one must not end the wait.
      return undefined;
    }
    throw error;
  }
}

async function lookBelow(look: Look, object: KubeObject, namespace: string): Promise<string | undefined> {
  const labelSelector = selectorOf(object);
  const pods =
    labelSelector === ""
      ? []
      : await look.client.list({ apiVersion: "v1", kind: "Pod", namespace, labelSelector }, { signal: look.signal });
  const waiting = [...pods].sort(newestFirst).flatMap((pod) => {
    const { state, reason } = podReadiness(pod);
    return state === "current" || pod.metadata["deletionTimestamp"] !== undefined ? [] : [{ pod, reason }];
  });
  const telling = waiting.find(({ reason }) => !isVague(reason)) ?? waiting[0];
  if (telling !== undefined) {
    const { name } = telling.pod.metadata;
    const warning = isVague(telling.reason) ? await findWarning(look, { kind: "Pod", namespace, name }) : undefined;
    return `pod ${name}: ${warning ?? telling.reason}`;
  }
  // Deployments copy their ReplicaSet's failure into a condition; the other kinds leave only events.
  const failure = conditionOf(object, "ReplicaFailure");
  if (pods.length > 0 || failure?.status === "True") {
    return undefined;
  }
  const warning = await findWarning(look, { kind: object.kind, namespace, name: object.metadata.name });
  return warning === undefined ? undefined : `pods cannot be created: ${warning}`;
}

/** `matchLabels` and `matchExpressions` as a selector of the query kind. */
function selectorOf(object: KubeObject): string {
  const selector = fieldsAt(fieldsAt(object, "spec"), "selector");
  const labels = Object.entries(fieldsAt(selector, "matchLabels")).map(([key, value]) => `${key}=${String(value)}`);
  const expressions = listAt(selector, "matchExpressions").map(({ key, operator, values }) => {
    const list = Array.isArray(values) ? values.join(",") : "";
    const forms: Readonly<Record<string, string>> = {
      In: `${key} in (${list})`,
      NotIn: `${key} notin (${list})`,
      Exists: `${key}`,
      DoesNotExist: `!${key}`,
    };
    return forms[String(operator)] ?? `${key}`;
  });
  return [...labels, ...expressions].join(",");
}

/** The newest warning about an object. */
async function findWarning(
  { client, signal }: Look,
  { kind, namespace, name }: { readonly kind: string; readonly namespace: string; readonly name: string },
): Promise<string | undefined> {
  const fieldSelector = `type=Warning,involvedObject.kind=${kind},involvedObject.name=${name}`;
  const events = await client.list({ apiVersion: "v1", kind: "Event", namespace, fieldSelector }, { signal });
  const [last] = [...events].sort((a, b) => timeOf(b).localeCompare(timeOf(a)));
  return last === undefined ? undefined : `${textAt(last, "reason") ?? ""}: ${textAt(last, "message") ?? ""}`;
}

function timeOf(event: Fields): string {
  return textAt(event, "lastTimestamp") ?? textAt(event, "eventTime") ?? "";
}

function newestFirst(a: KubeObject, b: KubeObject): number {
  return String(b.metadata["creationTimestamp"]).localeCompare(String(a.metadata["creationTimestamp"]));
}
