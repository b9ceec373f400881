import type { Check } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl } from "../commands.ts";
import { reachedClusters } from "../reached.ts";
import { nodes, storedWrites } from "../subjects.ts";
import { runtimes } from "./runtimes-answer.ts";

/** A cluster without a ready node runs nothing; one with some that are not runs less than it could. */
export const nodesReady: Check = {
  id: "access/nodes-ready",
  sentence: "nodes are ready",
  pre: true,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) => {
      const notReady = one.nodes.filter((node) => !node.ready).map((node) => node.name);
      if (notReady.length === 0 && one.nodes.length > 0) {
        return [];
      }
      const none = notReady.length === one.nodes.length;
      return [
        (none ? problem : warning)("ISM411", {
          detail: none
            ? `${one.cluster} has ${one.nodes.length === 0 ? "no node" : `${one.nodes.length} nodes, and none is ready`}, so that no pod runs there.`
            : `${notReady.join(", ")} of ${one.cluster} ${notReady.length === 1 ? "is" : "are"} not ready.`,
          fix: `Whoever runs the cluster has to bring nodes back; their conditions say what they lack: ${kubectl(one, "describe", "nodes")}`,
          cluster: one.cluster,
          breaks: [nodes(one.cluster)],
          needs: [runtimes(one.cluster), storedWrites(one.cluster)],
        }),
      ];
    }),
};
