import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { suggestName } from "../../core/diagnostics/suggest.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import type { Scope } from "../clusters/scope.ts";
import { clustersOutOfScope } from "../clusters/scope.ts";

export type { Scope } from "../clusters/scope.ts";

/**
 * The scope of the named clusters: empty when no cluster is left out. Throws
 * one UserError (64) with every name of which the mesh has no cluster.
 */
export function scopeOf(mesh: Mesh, names: readonly string[]): Scope {
  requireClusters(mesh, names);
  return clustersOutOfScope(mesh, names).length === 0 ? [] : [...new Set(names)];
}

type Clusters = Pick<Mesh, "name" | "clusters">;

/** Throws one UserError (64) that has every name of which the mesh has no cluster, with the name that is near. */
export function requireClusters(mesh: Clusters, names: readonly string[]): void {
  const known = mesh.clusters.map((cluster) => cluster.name);
  const unknown = [...new Set(names)].filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UserError(
      unknown.map((name) => unknownCluster(mesh.name, name, known)),
      exitCodes.usage,
    );
  }
}

function unknownCluster(mesh: string, name: string, known: readonly string[]): Diagnostic {
  const near = suggestName(name, known);
  return {
    ...errorOf("ISM050"),
    detail: `${name} is not a cluster of mesh ${mesh}, which has ${known.join(", ")}.`,
    fix: near === undefined ? "Name one of these clusters." : `Did you mean ${near}?`,
  };
}
