import type { Check } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl } from "../commands.ts";
import { reachedClusters } from "../reached.ts";
import { localityOf } from "../subjects.ts";

/** Failover goes by the nodes' labels; on premises nobody sets them (docs/guides/check.md, complaint 16). */
export const localities: Check = {
  id: "routes/localities",
  sentence: "nodes are in the regions and zones of the mesh file",
  pre: true,
  run: (facts) => {
    const services = facts.mesh.services
      .filter(({ failover }) => failover !== undefined && failover.regions.length > 0)
      .map(({ namespace, name }) => `${namespace}/${name}`);
    const isNeeded = services.length > 0;
    return reachedClusters(facts).flatMap((one) => {
      const asked = facts.mesh.clusters.find((cluster) => cluster.name === one.cluster);
      const wrong = one.nodes
        .map((node) => ({
          ...node,
          labels: [
            ...(asked?.region !== undefined && node.region !== asked.region
              ? [`topology.kubernetes.io/region=${asked.region}`]
              : []),
            ...(asked?.zone !== undefined && node.zone !== asked.zone
              ? [`topology.kubernetes.io/zone=${asked.zone}`]
              : []),
          ],
        }))
        .filter((node) => node.labels.length > 0);
      const [first, ...rest] = wrong;
      return first === undefined
        ? []
        : [
            (isNeeded ? problem : warning)("ISM446", {
              detail: `Node ${first.name} of ${one.cluster}${rest.length === 0 ? "" : ` (and ${rest.length} more)`} is labelled region ${first.region || "(none)"}, zone ${first.zone || "(none)"}; the mesh file says ${asked?.region ?? "(none)"}, ${asked?.zone ?? "(none)"}. Failover between regions goes by the nodes${isNeeded ? `, and ${services.join(", ")} ${services.length === 1 ? "asks" : "ask"} for it` : ""}.`,
              fix: "Label the nodes; or, where they are labelled rightly, correct the mesh file.",
              commands: wrong.map((node) => kubectl(one, "label", "node", node.name, ...node.labels, "--overwrite")),
              cluster: one.cluster,
              object: { group: "", kind: "Node", name: first.name },
              breaks: [localityOf(one.cluster)],
            }),
          ];
    });
  },
};
