import type { Question } from "../../core/netpol/trace-connection.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { classOfConnection } from "../../engine/operations/exit-class.ts";
import { testConnection } from "../../engine/operations/netpol.ts";
import { usageError } from "../command-line/usage-error.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { NetpolTestView } from "../views/netpol-test.ts";

export interface NetpolTestArgs {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly port: number | undefined;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly cluster: string | undefined;
}

/** Judges one connection and shows what decides it. */
export async function runNetpolTest(
  args: NetpolTestArgs,
  view: NetpolTestView,
  context: MeshContext,
): Promise<ExitCode> {
  const question = questionOf(args);
  const { meshFile } = await context.readMesh();
  const tested = await context.operate({}, async (options) => testConnection(meshFile, question, options));
  view.connection(tested);
  context.report(tested.unreachable.map(({ diagnostic }) => diagnostic));
  return exitCodes[classOfConnection(tested)];
}

function questionOf({ from, to, port, protocol, cluster }: NetpolTestArgs): Question {
  if (from === undefined || to === undefined || port === undefined) {
    throw usageError(
      "ISM557",
      "A connection has two ends and a port.",
      "isthmus netpol test --from NAMESPACE/POD --to NAMESPACE/POD|NAMESPACE/SERVICE|ADDRESS --port N",
    );
  }
  return { from, to, port, protocol, cluster };
}
