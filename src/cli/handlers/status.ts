import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { statusDocument } from "../../engine/documents/status.ts";
import { readStatus } from "../../engine/operations/status.ts";
import type { MeshContext } from "../terminal/context.ts";
import { viewStatus, viewWideStatus } from "../views/human/status.ts";
import { watchStatus } from "./watch-status.ts";

export interface StatusArgs {
  readonly output: "table" | "wide" | "json";
  readonly watch: boolean;
  /** Milliseconds between two looks; watches also without `watch`. */
  readonly interval: number | undefined;
}

/** Prints the state of the mesh, once or again and again. */
export async function showStatus(args: StatusArgs, context: MeshContext): Promise<ExitCode> {
  if (args.watch || args.interval !== undefined) {
    await watchStatus({ output: args.output, intervalMs: args.interval ?? 5000 }, context);
    return exitCodes.ok;
  }
  const { meshFile } = await context.readMesh();
  const clusters = await readStatus(meshFile, await context.engineOptions());
  if (args.output === "json") {
    context.printJson(statusDocument(meshFile.mesh.name, clusters));
  } else {
    const view = args.output === "wide" ? viewWideStatus : viewStatus;
    context.print(view(meshFile.mesh.name, clusters, context.palette));
  }
  const away = clusters.flatMap((cluster) => (cluster.kind === "unreachable" ? [cluster.diagnostic] : []));
  context.report(away);
  return away.length > 0 ? exitCodes.unreachable : exitCodes.ok;
}
