import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { reachedClusters } from "../reached.ts";
import { apiServer } from "../subjects.ts";

/** Two names for one cluster: istiod counts its pods twice, and what is written for one name is overwritten for the other. */
export const distinctClusters: Check = {
  id: "access/distinct-clusters",
  sentence: "no two clusters of the mesh are the same",
  pre: true,
  run: (facts) => {
    const all = reachedClusters(facts).filter((one) => one.system.uid !== "");
    return all.flatMap((one) => {
      const first = all.find((other) => other.system.uid === one.system.uid);
      return first === undefined || first === one
        ? []
        : [
            problem("ISM492", {
              detail: `${one.cluster} (context ${one.context}) and ${first.cluster} (context ${first.context}) are one cluster: their namespace kube-system has the same UID, ${one.system.uid}.`,
              fix: `Correct the context of one of the two in the mesh file, or take it out.`,
              cluster: one.cluster,
              remote: first.cluster,
              object: { group: "", kind: "Namespace", name: "kube-system" },
              breaks: [apiServer(one.cluster)],
            }),
          ];
    });
  },
};
