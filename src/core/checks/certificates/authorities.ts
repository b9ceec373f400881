import type { Check } from "../check.ts";
import { problem, warning } from "../check.ts";
import { daysUntil, reachedClusters, warnDays } from "../reached.ts";

/** An authority that has ended takes every connection of the mesh with it (linkerd's rule: 60 days ahead). */
export const authorities: Check = {
  id: "certificates/authorities",
  sentence: `no authority's certificate ends within ${warnDays} days`,
  pre: true,
  explains: [],
  run: (facts) =>
    reachedClusters(facts).flatMap((one) => {
      if (one.authority.kind !== "present") {
        return [];
      }
      const { root, intermediate } = one.authority;
      return [
        { what: "root", certificate: root },
        { what: "intermediate", certificate: intermediate },
      ].flatMap(({ what, certificate }) => {
        const left = daysUntil(facts, certificate.notAfter);
        if (left >= warnDays) {
          return [];
        }
        return [
          (left < 0 ? problem : warning)("ISM449", {
            detail: `The ${what} in Secret istio-system/cacerts of ${one.cluster} (${certificate.subject}) ${left < 0 ? "ended" : "ends"} on ${certificate.notAfter.slice(0, 10)}${left < 0 ? "" : `, in ${left} days`}.`,
            fix:
              what === "root"
                ? "A root is replaced in three steps: both roots trusted everywhere, then signing under the new one cluster by cluster, then the old one taken out. Plan it now."
                : "Run isthmus apply: it issues a new intermediate of the same root before the old one ends.",
            cluster: one.cluster,
            object: { group: "", kind: "Secret", namespace: "istio-system", name: "cacerts" },
          }),
        ];
      });
    }),
};
