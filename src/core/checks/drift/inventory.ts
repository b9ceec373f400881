import { inventoryName } from "../../plan/inventory.ts";
import type { Check } from "../check.ts";
import { warning } from "../check.ts";
import { applyCommand } from "../commands.ts";
import { whyNotCompared } from "../not-compared.ts";
import { reachedClusters } from "../reached.ts";
import { apiServer } from "../subjects.ts";

/** Without it nothing that is gone or changed is drift, and a removal leaves behind what it does not know of. */
export const inventory: Check = {
  id: "drift/inventory",
  sentence: "clusters know what isthmus applied to them",
  pre: false,
  unseen: whyNotCompared,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) => {
      const unlisted = one.drift?.kind === "compared" ? (one.drift.unlisted ?? 0) : 0;
      return unlisted === 0
        ? []
        : [
            warning("ISM761", {
              detail: `${one.cluster} has ${unlisted} ${unlisted === 1 ? "object" : "objects"} that isthmus has applied for this mesh, and ConfigMap kube-system/${inventoryName(facts.mesh.name)}, which lists what isthmus has applied there, is gone or empty: what somebody deletes or changes is not seen, and a removal leaves behind what no list has.`,
              fix: "An apply takes over what carries the mesh's label, and writes the list again.",
              commands: [applyCommand(facts, { cluster: one.cluster })],
              cluster: one.cluster,
              object: { group: "", kind: "ConfigMap", namespace: "kube-system", name: inventoryName(facts.mesh.name) },
              needs: [apiServer(one.cluster)],
              provenBy: { own: [] },
            }),
          ];
    }),
};
