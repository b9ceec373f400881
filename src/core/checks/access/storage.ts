import { compareMinor, minorOf } from "../../releases/istio-releases.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import { leaseWrites } from "../control-plane/controller-hooks.ts";
import type { ReachedCluster } from "../facts.ts";
import { reachedClusters } from "../reached.ts";
import { nodes, storedWrites } from "../subjects.ts";

/** An API server whose etcd takes no writes answers every read, and a dry-run as well: nothing else shows it. */
export const storage: Check = {
  id: "access/storage",
  sentence: "no API server has stopped renewing its Lease",
  pre: true,
  unseen: (facts) => reachedClusters(facts).flatMap(unseenOf),
  run: (facts) =>
    reachedClusters(facts).flatMap((one) =>
      one.storage?.state !== "still"
        ? []
        : [
            problem("ISM768", {
              detail: `The API server of ${one.cluster} answers, and stores nothing: no Lease of kube-system was renewed in ${one.storage.watchedSeconds} s, the API server's own neither, which it renews every ten seconds. The newest is of ${one.storage.newest}. No apply, shift or drain can change anything there, endpoints of pods that are gone get requests, and no pod is made again.`,
              fix: `Whoever runs the control plane of ${one.cluster} has to see what its etcd says (etcdctl alarm list, etcdctl endpoint status): mostly its space is used up ("database space exceeded"), which is mended by a compaction, a defragmentation and etcdctl alarm disarm, or its disk is full. The Leases: ${kubectl(one, "-n", "kube-system", "get", "leases")}`,
              cluster: one.cluster,
              breaks: [storedWrites(one.cluster), nodes(one.cluster)],
              needs: [leaseWrites(one.cluster)],
            }),
          ],
    ),
};

/**
 * API servers have Leases from Kubernetes 1.26 on, unless their feature gate APIServerIdentity is off
 * (https://kubernetes.io/docs/concepts/architecture/leases/#api-server-identity); before that those of controllers show it.
 */
function unseenOf({ cluster, kubernetesVersion, storage: held, unread = [] }: ReachedCluster): readonly string[] {
  if (held === undefined) {
    const whose =
      compareMinor(minorOf(kubernetesVersion), "1.26") < 0
        ? `API servers of Kubernetes ${minorOf(kubernetesVersion)} have no Lease, and no controller renews one in kube-system`
        : "no API server has a Lease in kube-system, and none of others there moves";
    return unread.some(({ part }) => part === "storage") ? [] : [`whether ${cluster} stores what it is told: ${whose}`];
  }
  return held.state === "unwatched"
    ? [
        `whether ${cluster} stores what it is told: no Lease of kube-system is new by this machine's clock, and --cluster-timeout leaves ${held.watchedSeconds} s to watch them, in which none moved: it has to be longer`,
      ]
    : [];
}
