import { mergeDrains, withDrains } from "../../core/drain/drained-mesh.ts";
import type { Drain } from "../../core/model/drain.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { Connection } from "./connect-clusters.ts";

/** What is drained of a mesh, as the clusters that answer record it. */
export function drainsOf(mesh: string, connections: readonly Connection[]): readonly Drain[] {
  return mergeDrains(recordsOf(mesh, connections));
}

/** All records of drains, as each cluster that answers has them. */
export function recordsOf(mesh: string, connections: readonly Connection[]): readonly Drain[] {
  return connections.flatMap((one) =>
    one.kind === "connected"
      ? one.facts.inventories.filter((inventory) => inventory.mesh === mesh).flatMap(({ drains = [] }) => drains)
      : [],
  );
}

/** The mesh file with what the clusters know of drains, which it does not say itself; applied twice it is the same. */
export function withDrainsOf(meshFile: MeshFile, connections: readonly Connection[]): MeshFile {
  const mesh = withDrains(meshFile.mesh, drainsOf(meshFile.mesh.name, connections));
  return mesh === meshFile.mesh ? meshFile : { ...meshFile, mesh };
}
