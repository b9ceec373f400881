import { findDuplicates } from "./find-duplicates.ts";
import type { Rule } from "./rule.ts";

/** Two entries with one context or Rancher id are one cluster joined to itself. */
export const checkContexts: Rule = (mesh, source) => {
  const { clusters } = mesh.spec;
  const keyOf = (cluster: (typeof clusters)[number]): string | undefined =>
    cluster.context === undefined ? cluster.rancherId : `${cluster.kubeconfig ?? ""} ${cluster.context}`;
  return findDuplicates(clusters, keyOf).map(({ index, first }) => {
    const field = clusters[index]?.context === undefined ? "rancherId" : "context";
    return {
      code: "ISM125",
      severity: "error",
      summary: "Two clusters with the same access",
      detail: `Clusters ${clusters[first]?.name} and ${clusters[index]?.name} have the same ${field}: they are one cluster, which cannot be joined to itself.`,
      fix: `Correct the ${field} of one of them, or remove it.`,
      range: source.locate(["spec", "clusters", index, field]),
    };
  });
};
