import type { Check } from "../check.ts";
import { warning } from "../check.ts";
import { restart } from "../commands.ts";
import { meshClusters } from "../reached.ts";

/** istiod forgets a cluster with its remote secret, and the gateway of its network only when another gateway changes, or at its next start. */
export const formerClusters: Check = {
  id: "join/former-clusters",
  sentence: "no istiod counts on gateways of clusters that have left",
  pre: false,
  run: (facts) => {
    const known = new Set(facts.mesh.clusters.map((cluster) => cluster.name));
    return meshClusters(facts).flatMap((one) =>
      one.istiod.pods.flatMap((pod) => {
        const read = new Set(pod.remotes.map((remote) => remote.cluster));
        const left = pod.networkGateways.filter(
          ({ cluster }) => cluster !== "" && !known.has(cluster) && !read.has(cluster),
        );
        return left.length === 0
          ? []
          : [
              warning("ISM491", {
                detail: `${pod.name} of ${one.cluster} still has ${left.map(({ cluster, network, address }) => `gateway ${address} of ${cluster} (network ${network})`).join(", ")}, though it reads no such cluster any more: requests for that network may go there, and endpoints get shares by gateways that are gone.`,
                fix: "Have istiod forget it by a restart.",
                commands: [restart(one, "istio-system", "istiod")],
                cluster: one.cluster,
                object: { group: "", kind: "Pod", namespace: "istio-system", name: pod.name },
              }),
            ];
      }),
    );
  },
};
