import { findDuplicates } from "./find-duplicates.ts";
import type { Rule } from "./rule.ts";

/** Cluster names are unique: istiod ignores a second cluster of the same ID (facts 2.4). */
export const checkClusterNames: Rule = (mesh, source) =>
  findDuplicates(mesh.spec.clusters, (cluster) => cluster.name).map(({ index, first, key }) => ({
    code: "ISM120",
    severity: "error",
    summary: "Duplicate cluster name",
    detail: `${key} is already the name of spec.clusters[${first}] (line ${source.locate(["spec", "clusters", first]).start.line}). The name is the cluster's ID in the mesh; istiod ignores a second cluster with it.`,
    fix: "Give every cluster a name of its own.",
    range: source.locate(["spec", "clusters", index, "name"]),
  }));
