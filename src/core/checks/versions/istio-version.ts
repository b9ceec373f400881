import type { Check } from "../check.ts";
import { warning } from "../check.ts";
import { applyFix, istiodName, meshClusters } from "../reached.ts";

/** Control planes of one mesh are of one version, but while an upgrade is under way. */
export const istioVersion: Check = {
  id: "versions/istio-version",
  sentence: "istiod has the mesh file's version in every cluster",
  pre: false,
  run: (facts) =>
    (facts.mesh.install === "existing" ? [] : meshClusters(facts))
      .filter((one) => one.istiod.version !== "" && !one.istiod.version.startsWith(facts.mesh.istioVersion))
      .map((one) =>
        warning("ISM412", {
          detail: `The mesh file asks for Istio ${facts.mesh.istioVersion}, and istiod of ${one.cluster} is ${one.istiod.version}.`,
          fix: applyFix,
          cluster: one.cluster,
          object: { group: "apps", kind: "Deployment", namespace: "istio-system", name: istiodName(one) },
        }),
      ),
};
