import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { meshClusters } from "../reached.ts";

/** A running proxy must trust the root that every cluster of the mesh signs under (pains 9 and 10). */
export const proxiesTrustRoot: Check = {
  id: "trust/proxies-trust-root",
  sentence: "running gateways trust the roots of all clusters",
  pre: false,
  explains: [],
  run: (facts) => {
    // Clusters that share a root are told in one finding: it is one thing that is wrong.
    const roots = new Map<string, readonly string[]>();
    for (const one of meshClusters(facts)) {
      if (one.authority.kind === "present") {
        const { serial } = one.authority.root;
        roots.set(serial, [...(roots.get(serial) ?? []), one.cluster]);
      }
    }
    return meshClusters(facts).flatMap((one) =>
      [...roots].flatMap(([serial, owners]) => {
        const pods = one.gateways
          .flatMap((gateway) => gateway.pods)
          .filter((pod) => pod.roots.length > 0 && !pod.roots.includes(serial));
        return pods.length === 0
          ? []
          : [
              problem("ISM417", {
                detail: `${pods.map((pod) => pod.name).join(", ")} in ${one.cluster} ${pods.length === 1 ? "does" : "do"} not trust the root of ${owners.join(" and ")} (serial ${serial}): connections fail with CERTIFICATE_VERIFY_FAILED.`,
                fix: `Restart what still has the old root: kubectl --context ${one.context} -n istio-system rollout restart deployment. While a root is being replaced, both must be trusted everywhere before anything is signed under the new one.`,
                cluster: one.cluster,
                ...(owners.includes(one.cluster) || owners[0] === undefined ? {} : { remote: owners[0] }),
              }),
            ];
      }),
    );
  },
};
