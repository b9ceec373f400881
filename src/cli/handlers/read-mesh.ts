import { readMeshFile } from "../../engine/mesh-file.ts";
import { scopeOf } from "../../engine/operations/scope.ts";
import type { GivenMesh, MeshPlace } from "../terminal/context.ts";

/** The mesh file of a command and the clusters that it is about; the one place where commands read it. */
export async function readMesh({ file, clusters }: MeshPlace, cwd: string): Promise<GivenMesh> {
  const meshFile = await readMeshFile(file, cwd);
  return { meshFile, scope: scopeOf(meshFile.mesh, clusters) };
}
