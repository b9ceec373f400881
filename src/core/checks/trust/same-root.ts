import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { reachedClusters } from "../reached.ts";
import { issuedRoot } from "../subjects.ts";
import type { Trusting } from "../trusts.ts";
import { anchorOf, isTrustedBy, leadsTo, trusting } from "../trusts.ts";

/**
 * Every cluster must trust what every other one signs. A bundle may hold
 * several roots, as it does while one is being replaced: one that the other's
 * intermediate leads to is enough. Roots are told apart by subject and key: one
 * of the same subject may have another key.
 */
export const sameRoot: Check = {
  id: "trust/same-root",
  sentence: "all clusters trust the same root",
  pre: true,
  run: (facts) => {
    const all = trusting(reachedClusters(facts));
    // The mesh's root is the one that most clusters sign under; of two clusters the first one's is taken for it.
    const shares = (identity: string): number => all.filter((one) => leadsTo(one).at(-1) === identity).length;
    const first = all.reduce<Trusting | undefined>(
      (best, one) => (best === undefined || shares(rootOf(one)) > shares(rootOf(best)) ? one : best),
      undefined,
    );
    if (first === undefined) {
      return [];
    }
    return all
      .filter((one) => !accepts(one, first) || !accepts(first, one))
      .map((one) =>
        problem("ISM414", {
          detail: describe(one, first),
          fix: `Whoever keeps the mesh's root has to decide which one it is (isthmus plan names the cluster that differs). Where one is being replaced, put both into root-cert.pem of every cluster first. Where the root of ${one.one.cluster} is not the mesh's, delete its Secret istio-system/cacerts and run isthmus apply, which issues an intermediate of the common root; then restart istiod, the gateways and the workloads there.`,
          cluster: one.one.cluster,
          object: { group: "", kind: "Secret", namespace: "istio-system", name: "cacerts" },
          breaks: [issuedRoot(one.one.cluster)],
        }),
      );
  },
};

function rootOf(one: Trusting): string {
  return leadsTo(one).at(-1) ?? "";
}

/** True when workloads of `one` accept those of `other`. */
function accepts(one: Trusting, other: Trusting): boolean {
  return isTrustedBy(
    one.authority.roots.map(({ identity }) => identity),
    leadsTo(other),
  );
}

function describe(one: Trusting, first: Trusting): string {
  const [own, common] = [anchorOf(one), anchorOf(first)];
  const [name, other] = [one.one.cluster, first.one.cluster];
  const same = own.subject === common.subject ? "; both have the same subject and are not the same" : "";
  const roots = `The root of ${name} is ${own.fingerprint.slice(0, 23)}…, that of ${other} is ${common.fingerprint.slice(0, 23)}… (SHA-256)${same}.`;
  const refused = [
    ...(accepts(one, first) ? [] : [`${name} does not trust that of ${other}`]),
    ...(accepts(first, one) ? [] : [`${other} does not trust that of ${name}`]),
  ];
  return `${roots} ${refused.join(", and ")}, so that workloads of one refuse those of the other.`;
}
