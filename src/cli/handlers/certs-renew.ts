import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { classOfRenewal } from "../../engine/operations/exit-class.ts";
import { carryOutRenewal, prepareRenewal } from "../../engine/operations/renew-certs.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { CertsRenewView } from "../views/certs-renew.ts";
import type { Ending } from "./event-stream.ts";
import { streamEvents } from "./event-stream.ts";

export interface CertsRenewArgs {
  readonly name: string | undefined;
  readonly force: boolean;
  readonly yes: boolean;
  /** In milliseconds. */
  readonly timeout: number;
}

/** Shows what is due, asks, orders and writes it. */
export async function renewCerts(args: CertsRenewArgs, view: CertsRenewView, context: MeshContext): Promise<ExitCode> {
  return streamEvents(view, context, async () => renewStreamed(args, view, context));
}

async function renewStreamed(args: CertsRenewArgs, view: CertsRenewView, context: MeshContext): Promise<Ending> {
  const { meshFile } = await context.readMesh();
  const timing = { timeoutMs: args.timeout };
  const prepared = await prepareRenewal(meshFile, args, await context.engineOptions(timing));
  try {
    const { renewals, left, warnings } = prepared;
    view.plan(prepared);
    context.report([...warnings, ...left]);
    if (renewals.length > 0 && !(await context.confirm("Order and write this?", args))) {
      context.log("Nothing was changed.");
      return { exitCode: exitCodes.failed, clusters: [], diagnostics: [...warnings, ...left] };
    }
    const outcomes = await context.operate({ ...timing, onEvent: view.event }, async (options) =>
      carryOutRenewal(prepared, options),
    );
    const diagnostics = outcomes.flatMap((one) => one.diagnostics);
    if (outcomes.length > 0) {
      view.result(outcomes);
    }
    context.report(diagnostics);
    return {
      exitCode: exitCodes[classOfRenewal(outcomes, left)],
      clusters: [],
      diagnostics: [...warnings, ...left, ...diagnostics],
    };
  } finally {
    await prepared.close();
  }
}
