import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { reachedClusters } from "../reached.ts";

/** Roots are compared by their certificate's fingerprint: one of the same subject may have another key (pain 8). */
export const sameRoot: Check = {
  id: "trust/same-root",
  sentence: "all clusters trust the same root",
  pre: true,
  explains: ["trust/issued-by-cacerts", "trust/proxies-trust-root"],
  run: (facts) => {
    const roots = reachedClusters(facts).flatMap((one) =>
      one.authority.kind === "present" ? [{ cluster: one.cluster, root: one.authority.root }] : [],
    );
    // The mesh's root is the one that most clusters have; of two clusters the first one's is taken for it.
    const shares = (fingerprint: string): number => roots.filter((one) => one.root.fingerprint === fingerprint).length;
    const first = roots.reduce<(typeof roots)[number] | undefined>(
      (best, one) => (best === undefined || shares(one.root.fingerprint) > shares(best.root.fingerprint) ? one : best),
      undefined,
    );
    return roots
      .filter((one) => first !== undefined && one.root.fingerprint !== first.root.fingerprint)
      .map((one) =>
        problem("ISM414", {
          detail: `The root of ${one.cluster} is ${one.root.fingerprint.slice(0, 23)}…, that of ${first?.cluster} is ${first?.root.fingerprint.slice(0, 23)}… (SHA-256)${one.root.subject === first?.root.subject ? "; both have the same subject and are not the same" : ""}. Workloads of one refuse those of the other.`,
          fix: `Find out which root is the mesh's (isthmus plan names the cluster that differs). Where it is not ${one.cluster}'s, delete its Secret istio-system/cacerts and run isthmus apply, which issues an intermediate of the common root; then restart istiod, the gateways and the workloads there.`,
          cluster: one.cluster,
          object: { group: "", kind: "Secret", namespace: "istio-system", name: "cacerts" },
        }),
      );
  },
};
