import type { WaitingPod } from "../../core/checks/pod-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { compareText } from "../../core/render/order.ts";
import { conditionOf } from "../../kube/readiness/object-fields.ts";
import { podReadiness } from "../../kube/readiness/pod-readiness.ts";
import { ownerOf } from "./read-pods.ts";

/** Pods take that long to start, also those whose image has to be fetched; sooner nothing is said of them. */
const startsWithinMs = 60_000;

/**
 * Those of the pods that have not been ready for a minute at `now`, with what
 * keeps them. Pods that have ended are none: nobody waits for them.
 */
export function readWaitingPods(pods: readonly KubeObject[], now: Date): readonly WaitingPod[] {
  return pods
    .flatMap((pod): readonly WaitingPod[] => {
      const { state, reason } = podReadiness(pod);
      const since = sinceOf(pod);
      return state !== "inProgress" || now.getTime() - Date.parse(since) < startsWithinMs
        ? []
        : [
            {
              namespace: pod.metadata.namespace ?? "",
              name: pod.metadata.name,
              labels: pod.metadata.labels ?? {},
              ...ownerOf(pod),
              since,
              words: reason,
            },
          ];
    })
    .toSorted((one, other) => compareText(one.namespace, other.namespace) || compareText(one.name, other.name));
}

/** A pod that no node has taken has no condition of this name. */
function sinceOf(pod: KubeObject): string {
  return conditionOf(pod, "Ready")?.since || String(pod.metadata["creationTimestamp"] ?? "");
}
