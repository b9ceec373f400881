import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { classOfReading } from "../../engine/operations/exit-class.ts";
import { readMatrices } from "../../engine/operations/netpol.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { NetpolMatrixView } from "../views/netpol-matrix.ts";

export interface NetpolMatrixArgs {
  readonly namespace: readonly string[];
  readonly cluster: readonly string[];
  readonly port: number | undefined;
  readonly protocol: "TCP" | "UDP" | "SCTP";
}

/** Shows who may reach whom in every cluster that answers. */
export async function runNetpolMatrix(
  { namespace, cluster, port, protocol }: NetpolMatrixArgs,
  view: NetpolMatrixView,
  context: MeshContext,
): Promise<ExitCode> {
  const { meshFile } = await context.readMesh();
  const selection = {
    namespaces: namespace,
    clusters: cluster,
    port: port === undefined ? undefined : { port, protocol },
  };
  const found = await context.operate({}, async (options) => readMatrices(meshFile, selection, options));
  view.matrices(found);
  context.report(found.unreachable.map(({ diagnostic }) => diagnostic));
  return exitCodes[classOfReading(found.unreachable)];
}
