import { errorOf } from "../../core/diagnostics/coded.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { ForceConflicts } from "../../core/plan/force-conflicts.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import type { OnEvent } from "../../engine/events.ts";
import type { DrainRequest } from "../../engine/operations/drain.ts";
import { carryOutDrain, prepareDrain } from "../../engine/operations/drain.ts";
import type { DrainTally } from "../../engine/operations/drain-tally.ts";
import { createDrainTally } from "../../engine/operations/drain-tally.ts";
import { classOfDrain } from "../../engine/operations/exit-class.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { DrainView } from "../views/drain.ts";
import type { Ending, SoFar } from "./event-stream.ts";
import { streamEvents } from "./event-stream.ts";

export interface DrainArgs {
  readonly cluster: string;
  readonly service: readonly string[];
  readonly force: boolean;
  readonly forceConflicts: ForceConflicts;
  readonly yes: boolean;
  /** In milliseconds. */
  readonly timeout: number;
  /** Of a drain: how long requests that were begun before may take, in milliseconds. */
  readonly grace?: number | undefined;
}

/** Shows what would leave traffic (or come back), asks, does it, and says how it ended, also after Ctrl-C. */
export async function drainCluster(
  action: DrainRequest["action"],
  args: DrainArgs,
  view: DrainView,
  context: MeshContext,
): Promise<ExitCode> {
  const tally = createDrainTally();
  const soFar = (): SoFar => ({ clusters: tally.clusters(), diagnostics: tally.diagnostics() });
  return streamEvents(view, context, async () => drainStreamed({ action, args, tally }, view, context), soFar);
}

async function drainStreamed(
  {
    action,
    args,
    tally,
  }: { readonly action: DrainRequest["action"]; readonly args: DrainArgs; readonly tally: DrainTally },
  view: DrainView,
  context: MeshContext,
): Promise<Ending> {
  const { meshFile } = await context.readMesh();
  const { cluster, service: services, force, forceConflicts, timeout: timeoutMs } = args;
  const request = { action, cluster, services, force };
  const prepared = await prepareDrain(meshFile, request, await context.engineOptions({ forceConflicts, timeoutMs }));
  try {
    const { plan } = prepared;
    view.event({ kind: "drain", drain: plan });
    view.plan(prepared);
    context.report(prepared.warnings);
    if (prepared.changes && !(await context.confirm(questionOf(action, cluster), args))) {
      context.log("Nothing was changed.");
      return { exitCode: exitCodes.failed, clusters: [], diagnostics: prepared.warnings };
    }
    if (plan.services.length === 0) {
      // With --force everything that was asked for stays where it is.
      const exitCode = prepared.warnings.some(({ code }) => code === "ISM601" || code === "ISM602")
        ? exitCodes.failed
        : exitCodes.ok;
      return { exitCode, clusters: [], diagnostics: prepared.warnings };
    }
    const onEvent: OnEvent = (event) => {
      tally.onEvent(event);
      view.event(event);
    };
    try {
      await context.operate({ forceConflicts, timeoutMs, onEvent }, async (options) =>
        carryOutDrain({ ...prepared, graceMs: args.grace }, options, tally.onOutcomes),
      );
    } finally {
      showOutcomes({ action, args, view, plan, tally }, context);
    }
    const diagnostics = [...prepared.warnings, ...tally.diagnostics()];
    return { exitCode: exitCodes[classOfDrain(tally.outcomes())], clusters: tally.clusters(), diagnostics };
  } finally {
    await prepared.close();
  }
}

function questionOf(action: DrainRequest["action"], cluster: string): string {
  return action === "drain" ? `Take these services of ${cluster} out of traffic?` : `Put ${cluster} back into traffic?`;
}

/** What was done is said whatever ended the command. */
function showOutcomes(
  {
    action,
    args,
    view,
    plan,
    tally,
  }: {
    readonly action: DrainRequest["action"];
    readonly args: DrainArgs;
    readonly view: DrainView;
    readonly plan: Parameters<DrainView["result"]>[0]["plan"];
    readonly tally: DrainTally;
  },
  context: MeshContext,
): void {
  const outcomes = tally.outcomes();
  if (outcomes.length > 0) {
    view.result({ plan, outcomes });
    context.report(tally.diagnostics());
  }
  if (context.signal.aborted && (outcomes.length > 0 || tally.written())) {
    const back = action === "drain" ? "undrain" : "drain";
    const more = [...args.service.flatMap((name) => ["--service", name]), ...(args.force ? ["--force"] : [])];
    const grace = args.grace === undefined ? [] : ["--grace", `${args.grace / 1000}s`];
    const commandOf = (verb: string): string =>
      quoteCommand(["isthmus", verb, args.cluster, ...more, ...(verb === "drain" ? grace : []), "-f", context.file]);
    context.report([
      {
        ...errorOf("ISM611"),
        detail: "What is written stays, and no request fails by it; isthmus status shows it.",
        fix: `Go on: ${commandOf(action)}. Go back: ${commandOf(back)}`,
      },
    ]);
  }
}
