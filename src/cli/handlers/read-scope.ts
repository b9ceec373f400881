import type { Mesh } from "../../core/model/mesh.ts";
import type { Scope } from "../../engine/operations/plan.ts";
import { bystandersOf } from "../../engine/operations/plan.ts";
import { requireClusters } from "./require-cluster.ts";

/** The scope that `--cluster` asks for; empty when it leaves no cluster out. A UserError (64) for names that the mesh does not have. */
export function readScope(mesh: Mesh, names: readonly string[]): Scope {
  requireClusters(mesh, names);
  return bystandersOf(mesh, names).length === 0 ? [] : [...new Set(names)];
}
