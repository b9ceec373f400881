import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { readCertsStatus } from "../../engine/operations/certs-status.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { CertsStatusView } from "../views/certs-status.ts";

/** Shows the certificates of the mesh. */
export async function showCertsStatus(view: CertsStatusView, context: MeshContext): Promise<ExitCode> {
  const { meshFile } = await context.readMesh();
  const options = await context.engineOptions();
  const status = await readCertsStatus(meshFile, options);
  view.status(status, options.now());
  context.report([...status.warnings, ...status.unreachable.map(({ diagnostic }) => diagnostic)]);
  return status.unreachable.length > 0 ? exitCodes.unreachable : exitCodes.ok;
}
