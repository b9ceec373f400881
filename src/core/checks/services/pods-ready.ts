import type { ObjectId } from "../../model/kube-object.ts";
import { describeId } from "../../model/kube-object.ts";
import type { Check, Finding } from "../check.ts";
import { warning } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { ReachedCluster } from "../facts.ts";
import { injectorTemplate, wayToInjector } from "../injector-subjects.ts";
import type { WaitingPod } from "../pod-facts.ts";
import { meshClusters } from "../reached.ts";
import { appliedObject, istiod, newPods, nodes, objectOf, rootInNamespace, startOf } from "../subjects.ts";

/** Where no pod of a workload is ready, its requests fail, and other checks say so. */
export const podsReady: Check = {
  id: "services/pods-ready",
  sentence: "pods beside those that serve are ready too",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const waiting = (one.waitingPods ?? []).filter((pod) => servesBeside(one, pod));
      return waiting
        .filter((pod, index) => index === waiting.findIndex((other) => isBeside(pod, other)))
        .map((first) => findingOf(one, first, waiting.filter((other) => isBeside(first, other)).length - 1));
    }),
};

/** Whether another pod of the same workload is ready. */
function servesBeside({ pods }: ReachedCluster, waiting: WaitingPod): boolean {
  return pods.some((pod) => pod.ready && isBeside(pod, waiting));
}

type Owned = Pick<WaitingPod, "namespace" | "owner">;

/** Whether two pods are of one workload. */
function isBeside(one: Owned, other: Owned): boolean {
  return (
    one.owner !== undefined &&
    one.namespace === other.namespace &&
    one.owner.kind === other.owner?.kind &&
    one.owner.name === other.owner.name
  );
}

function findingOf(one: ReachedCluster, first: WaitingPod, more: number): Finding {
  const { namespace, name, owner, since, words } = first;
  const { cluster } = one;
  const object: ObjectId = { group: "apps", kind: owner?.kind ?? "", namespace, name: owner?.name ?? "" };
  const others = more === 0 ? "" : ` and ${more} more`;
  return warning("ISM864", {
    detail: `${name}${others} of ${describeId(object)} in ${cluster} ${more === 0 ? "is" : "are"} not ready since ${since}: ${words}. Other pods of it serve meanwhile.`,
    fix: `Whoever deploys it has to see why: ${kubectl(one, "-n", namespace, "describe", "pod", name)}`,
    cluster,
    object,
    provenBy: { own: ["pods", "waitingPods"] },
    needs: [
      objectOf(cluster, object),
      appliedObject(cluster, object),
      startOf(cluster, namespace, object.name),
      nodes(cluster),
      newPods(cluster, namespace),
      rootInNamespace(cluster, namespace),
      ...(words.includes("istio-proxy") ? [istiod(cluster), wayToInjector(cluster), injectorTemplate(cluster)] : []),
    ],
  });
}
