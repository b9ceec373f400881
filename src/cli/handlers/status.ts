import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { classOfReading } from "../../engine/operations/exit-class.ts";
import { readStatus } from "../../engine/operations/status.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { StatusView } from "../views/status.ts";

/** Shows the state of the mesh once. */
export async function showStatus(view: StatusView, context: MeshContext): Promise<ExitCode> {
  const { meshFile } = await context.readMesh();
  const { clusters, ...names } = await readStatus(meshFile, await context.engineOptions());
  view.status({ name: meshFile.mesh.name, file: meshFile.name, ...names }, clusters);
  context.report(clusters.flatMap((cluster) => (cluster.kind === "unreachable" ? [cluster.diagnostic] : [])));
  return exitCodes[classOfReading(clusters)];
}
