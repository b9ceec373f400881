import type { Check } from "../check.ts";
import { warning } from "../check.ts";
import { reachedClusters } from "../reached.ts";

/** Failover goes by the nodes' labels; on premises nobody sets them (pain 16). */
export const localities: Check = {
  id: "routes/localities",
  sentence: "nodes are in the regions and zones of the mesh file",
  pre: true,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) => {
      const asked = facts.mesh.clusters.find((cluster) => cluster.name === one.cluster);
      const [first] = one.nodes.filter(
        (node) =>
          (asked?.region !== undefined && node.region !== asked.region) ||
          (asked?.zone !== undefined && node.zone !== asked.zone),
      );
      return first === undefined
        ? []
        : [
            warning("ISM446", {
              detail: `Node ${first.name} of ${one.cluster} is labelled region ${first.region || "(none)"}, zone ${first.zone || "(none)"}; the mesh file says ${asked?.region ?? "(none)"}, ${asked?.zone ?? "(none)"}. Failover between regions goes by the nodes.`,
              fix: `Label the node (kubectl --context ${one.context} label node ${first.name} topology.kubernetes.io/region=${asked?.region ?? ""}), or correct the mesh file.`,
              cluster: one.cluster,
              object: { group: "", kind: "Node", name: first.name },
            }),
          ];
    }),
};
