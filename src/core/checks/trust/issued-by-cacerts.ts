import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { restartAll } from "../commands.ts";
import type { NamespaceFacts } from "../facts.ts";
import { meshClusters } from "../reached.ts";
import { issuedRoot } from "../subjects.ts";
import { trusting } from "../trusts.ts";

/** istiod reads cacerts when it starts, and writes the roots that it knows into every namespace. */
export const issuedByCacerts: Check = {
  id: "trust/issued-by-cacerts",
  sentence: "istiod hands out the root of cacerts in every namespace",
  pre: false,
  run: (facts) =>
    trusting(meshClusters(facts)).flatMap(({ one, authority }) => {
      const wanted = authority.roots.map(({ fingerprint }) => fingerprint);
      const other = one.namespaces.filter((namespace) => !handsOut(namespace, wanted));
      const some = other.every(({ roots = [] }) => roots.some((root) => wanted.includes(root)));
      return other.length === 0
        ? []
        : [
            problem("ISM416", {
              detail: `ConfigMap istio-ca-root-cert of ${other.map((namespace) => namespace.name).join(", ")} in ${one.cluster} carries ${some ? "not the same roots as" : "another root than"} Secret istio-system/cacerts, so istiod ${some ? "has not taken the Secret's roots up: it does so when it starts, and before that only with ISTIO_MULTIROOT_MESH" : "signs with something else: it was started before the Secret, or has not read it again"}.`,
              fix: "Restart istiod, and when it hands out its new root what has certificates of the old one.",
              commands: restartAll(facts, one),
              cluster: one.cluster,
              breaks: [issuedRoot(one.cluster)],
              needs: [issuedRoot(one.cluster)],
            }),
          ];
    }),
};

function handsOut({ roots }: NamespaceFacts, wanted: readonly string[]): boolean {
  return (
    roots === undefined ||
    (roots.length === wanted.length && wanted.every((fingerprint) => roots.includes(fingerprint)))
  );
}
