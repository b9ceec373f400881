import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { reachedClusters } from "../reached.ts";

export const meshId: Check = {
  id: "control-plane/mesh-id",
  sentence: "no cluster is in another mesh",
  pre: true,
  run: (facts) =>
    reachedClusters(facts)
      .filter((one) => one.meshId !== undefined && one.meshId !== facts.mesh.name)
      .map((one) =>
        problem("ISM422", {
          detail: `istiod of ${one.cluster} is configured with the mesh ID ${one.meshId}; this mesh is ${facts.mesh.name}.`,
          fix: "Whoever runs the two meshes has to decide: take the cluster out of the other one first, or correct metadata.name.",
          cluster: one.cluster,
          object: { group: "", kind: "ConfigMap", namespace: "istio-system", name: "istio" },
        }),
      ),
};
