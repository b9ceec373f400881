import { istioNamespace } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { restartProxies } from "../commands.ts";
import { meshClusters } from "../reached.ts";
import type { Trusting } from "../trusts.ts";
import { anchorOf, isTrustedBy, leadsTo, trusting } from "../trusts.ts";
import { cacerts, issuedRoot, trustBetween, trustOfProxy, trustOfSidecars } from "../subjects.ts";

/** A running proxy must trust the root that every cluster of the mesh signs under. */
export const proxiesTrustRoot: Check = {
  id: "trust/proxies-trust-root",
  sentence: "running gateways trust the roots of all clusters",
  pre: false,
  run: (facts) => {
    // Clusters that share a root are told in one finding: it is one thing that is wrong.
    const owners = new Map<string, readonly Trusting[]>();
    for (const one of trusting(meshClusters(facts))) {
      const root = leadsTo(one).at(-1) ?? "";
      owners.set(root, [...(owners.get(root) ?? []), one]);
    }
    return meshClusters(facts).flatMap((one) =>
      [...owners.values()].flatMap((group) => {
        const [first] = group;
        const pods = one.gateways
          .flatMap((gateway) => gateway.pods)
          .filter((pod) => pod.roots.length > 0 && group.some((owner) => !isTrustedBy(pod.roots, leadsTo(owner))));
        const names = group.map((owner) => owner.one.cluster);
        return pods.length === 0 || first === undefined
          ? []
          : [
              problem("ISM417", {
                detail: `${pods.map((pod) => pod.name).join(", ")} in ${one.cluster} ${pods.length === 1 ? "does" : "do"} not trust the root of ${names.join(" and ")} (${anchorOf(first).subject}, SHA-256 ${anchorOf(first).fingerprint.slice(0, 23)}…): connections fail with CERTIFICATE_VERIFY_FAILED.`,
                fix: `Restart what still has the old root. While a root is being replaced, both must be trusted everywhere before anything is signed under the new one.`,
                commands: restartProxies(facts, one),
                cluster: one.cluster,
                ...(names.includes(one.cluster) ? {} : { remote: first.one.cluster }),
                provenBy: { own: ["istiod", "authority", "gateways", "namespaces"], remote: ["istiod", "authority"] },
                breaks: [
                  ...names.map((name) => trustBetween(one.cluster, name)),
                  ...(names.includes(one.cluster)
                    ? [
                        ...pods.map(({ name }) => trustOfProxy(one.cluster, { namespace: istioNamespace, name })),
                        trustOfSidecars(one.cluster),
                      ]
                    : []),
                ],
                needs: [...new Set([one.cluster, ...names])].flatMap((cluster) => [
                  issuedRoot(cluster),
                  cacerts(cluster),
                ]),
              }),
            ];
      }),
    );
  },
};
