import type { Rule } from "./rule.ts";

/** Exactly one way to reach each cluster, and a Rancher server where one is needed. */
export const checkClusterAccess: Rule = (mesh, source) =>
  mesh.spec.clusters.flatMap((cluster, index) => {
    const at = (field: string) => source.locate(["spec", "clusters", index, field]);
    const both = cluster.context !== undefined && cluster.rancherId !== undefined;
    const neither = cluster.context === undefined && cluster.rancherId === undefined;
    if (both || neither) {
      return [
        {
          code: "ISM122",
          severity: "error" as const,
          summary: "Access to a cluster is not clear",
          detail: `Cluster ${cluster.name} has ${both ? "both context and rancherId" : "neither context nor rancherId"}; it is reached by exactly one of them.`,
          fix: both ? "Remove one of the two." : "Add context: <a context of your kubeconfig>, or rancherId with spec.rancher.",
          range: at(both ? "rancherId" : "name"),
        },
      ];
    }
    if (cluster.rancherId !== undefined && mesh.spec.rancher === undefined) {
      return [
        {
          code: "ISM123",
          severity: "error" as const,
          summary: "No Rancher server is given",
          detail: `Cluster ${cluster.name} is reached through Rancher (rancherId ${cluster.rancherId}), but spec.rancher is missing.`,
          fix: "Add spec.rancher with url and token.",
          range: at("rancherId"),
        },
      ];
    }
    if (cluster.kubeconfig !== undefined && cluster.context === undefined) {
      return [
        {
          code: "ISM124",
          severity: "error" as const,
          summary: "A kubeconfig without a context",
          detail: `Cluster ${cluster.name} names a kubeconfig file but no context in it.`,
          fix: "Add context, or remove kubeconfig.",
          range: at("kubeconfig"),
        },
      ];
    }
    return [];
  });
