import type { Rule } from "./rule.ts";

/** Values that isthmus sets from one place; set by hand they would make one of the five places differ (facts/pains 7, 13). */
const managed: readonly (readonly string[])[] = [
  ["global", "meshID"],
  ["global", "network"],
  ["global", "multiCluster", "clusterName"],
];

export const checkManagedValues: Rule = (mesh, source) =>
  managed.flatMap((path) => {
    let value: unknown = mesh.spec.istio.values;
    for (const part of path) {
      value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[part] : undefined;
    }
    return value === undefined
      ? []
      : [
          {
            code: "ISM137",
            severity: "error" as const,
            summary: "A value that isthmus sets itself",
            detail: `values.${path.join(".")} comes from the mesh file's own fields and differs from cluster to cluster; one value for all of them breaks the mesh.`,
            fix: "Remove it; use metadata.name, spec.clusters[].name and spec.clusters[].network.",
            range: source.locateKey(["spec", "istio", "values", ...path]),
          },
        ];
  });
