import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../../core/diagnostics/coded.ts";
import { inventoryName, inventoryNamespace } from "../../../core/plan/inventory.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import type { PreflightRule } from "./preflight-rule.ts";

/** Clusters that another mesh has (ISM201). */
export const meshMembership: PreflightRule = {
  name: "mesh-membership",
  find: ({ meshFile, members }) => findForeignMeshes(meshFile.mesh.name, members),
};

/**
 * Clusters that belong to another mesh, by another mesh's inventory or by an
 * istiod with another mesh ID: joining them would change the mesh that they
 * serve.
 */
function findForeignMeshes(mesh: string, connected: readonly Connected[]): Diagnostic[] {
  return connected.flatMap((one) => {
    const other = one.facts.inventories.find((inventory) => inventory.mesh !== mesh);
    if (other !== undefined) {
      return [
        foreign(
          one,
          other.mesh,
          `ConfigMap ${inventoryNamespace}/${inventoryName(other.mesh)} lists what isthmus made there`,
        ),
      ];
    }
    // Of an Istio that somebody else has installed, `existing-istio` compares the mesh ID beside other settings.
    const installed = one.facts.installed === undefined ? one.facts.installedMeshId : undefined;
    if (installed !== undefined && installed !== mesh) {
      return [foreign(one, installed, "ConfigMap istio-system/istio carries that mesh ID")];
    }
    return [];
  });

  function foreign(one: Connected, other: string, evidence: string): Diagnostic {
    return {
      ...errorOf("ISM201"),
      detail: `Cluster ${one.cluster.name} (context ${one.context.context}) is part of mesh ${other}: ${evidence}. One cluster serves one mesh; applying ${mesh} there would take it away from ${other}.`,
      fix: `Take the cluster out of ${mesh}'s file, or remove it from ${other} first (isthmus remove -f <file of ${other}>).`,
      cluster: one.cluster.name,
    };
  }
}
