import { readMeshFile } from "../../engine/mesh-file.ts";
import { bystandersOf } from "../../engine/operations/plan.ts";
import type { GivenMesh, MeshPlace } from "../terminal/context.ts";
import { requireClusters } from "./require-clusters.ts";

/** The mesh file of a command and the clusters that it is about; the one place where commands read it. */
export async function readMesh({ file, clusters }: MeshPlace, cwd: string): Promise<GivenMesh> {
  const meshFile = await readMeshFile(file, cwd);
  requireClusters(meshFile.mesh, clusters);
  const all = bystandersOf(meshFile.mesh, clusters).length === 0;
  return { meshFile, scope: all ? [] : [...new Set(clusters)] };
}
