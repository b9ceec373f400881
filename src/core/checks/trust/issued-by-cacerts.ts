import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { meshClusters } from "../reached.ts";

/** istiod reads cacerts when it starts, and writes the root that it signs with into every namespace (pains 8 and 9). */
export const issuedByCacerts: Check = {
  id: "trust/issued-by-cacerts",
  sentence: "istiod hands out the root of cacerts in every namespace",
  pre: false,
  explains: ["trust/proxies-trust-root"],
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      if (one.authority.kind !== "present") {
        return [];
      }
      const root = one.authority.root.fingerprint;
      const other = one.namespaces.filter((namespace) => namespace.root !== undefined && namespace.root !== root);
      return other.length === 0
        ? []
        : [
            problem("ISM416", {
              detail: `ConfigMap istio-ca-root-cert of ${other.map((namespace) => namespace.name).join(", ")} in ${one.cluster} carries another root than Secret istio-system/cacerts, so istiod signs with something else: it was started before the Secret, or has not read it again.`,
              fix: `Restart istiod, then the gateways and workloads: kubectl --context ${one.context} -n istio-system rollout restart deployment istiod`,
              cluster: one.cluster,
            }),
          ];
    }),
};
