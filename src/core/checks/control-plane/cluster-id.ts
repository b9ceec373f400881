import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyFix, istiodName, meshClusters } from "../reached.ts";
import { clusterName } from "../subjects.ts";

/** One name must be in istiod, in its gateways, and in the remote secrets of the others (docs/guides/check.md, complaint 7). */
export const clusterId: Check = {
  id: "control-plane/cluster-id",
  sentence: "istiod and gateways carry their cluster's name",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const carried = [{ name: istiodName(one), clusterId: one.istiod.clusterId }, ...one.gateways];
      return carried
        .filter((workload) => workload.clusterId !== undefined && workload.clusterId !== one.cluster)
        .map((workload) =>
          problem("ISM421", {
            detail: `${workload.name} of ${one.cluster} takes its cluster for ${workload.clusterId}. istiods and proxies of one cluster that call it differently do not find each other ("could not get cluster's kube client").`,
            fix: applyFix,
            cluster: one.cluster,
            object: { group: "apps", kind: "Deployment", namespace: "istio-system", name: workload.name },
            breaks: [clusterName(one.cluster)],
            provenBy: { own: workload.name === istiodName(one) ? ["istiod"] : ["istiod", "gateways"] },
          }),
        );
    }),
};
