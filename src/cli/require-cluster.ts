import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import { UserError } from "../core/diagnostics/user-error.ts";
import type { Mesh } from "../core/model/mesh.ts";

/** Throws a UserError (64) unless the mesh has a cluster of that name. */
export function requireCluster(mesh: Pick<Mesh, "name" | "clusters">, name: string): void {
  if (mesh.clusters.some((cluster) => cluster.name === name)) {
    return;
  }
  throw new UserError(
    [
      {
        code: "ISM050",
        severity: "error",
        summary: "The mesh has no such cluster",
        detail: `${name} is not a cluster of mesh ${mesh.name}, which has ${mesh.clusters.map((cluster) => cluster.name).join(", ")}.`,
        fix: "Name one of these clusters.",
      },
    ],
    exitCodes.usage,
  );
}
