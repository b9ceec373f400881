import type { Weights } from "../../core/decide/shift-steps.ts";
import { describeWeights } from "../../core/decide/shift-steps.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { ForceConflicts } from "../../core/plan/force-conflicts.ts";
import type { ShiftCaller, ShiftRequest } from "../../engine/operations/progressive-shift.ts";
import { shiftProgressively } from "../../engine/operations/progressive-shift.ts";
import type { ExitClass } from "../../engine/operations/exit-class.ts";
import { findStopped } from "../../engine/operations/shift-way-back.ts";
import type { EngineOptions } from "../../engine/options.ts";
import { afterInterruption } from "../../files/interruptible.ts";
import { createShiftTally } from "../../engine/operations/shift-tally.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { ShiftView } from "../views/shift.ts";
import type { Ending, SoFar } from "./event-stream.ts";
import { streamEvents } from "./event-stream.ts";
import { pausingProgress } from "./pausing-progress.ts";

export interface ShiftArgs extends ShiftRequest {
  readonly forceConflicts: ForceConflicts;
  readonly yes: boolean;
}

/** Shows what a shift would do, asks, shifts, and shows each step and its proof. */
export async function shiftWeights(args: ShiftArgs, view: ShiftView, context: MeshContext): Promise<ExitCode> {
  const tally = createShiftTally();
  const reported: Diagnostic[] = [];
  const soFar = (): SoFar => ({
    clusters: tally.clusters().map((one) => ({ ...one, deleted: 0 })),
    diagnostics: reported,
  });
  const progress = pausingProgress(context);
  const onEvent: typeof progress.onEvent = (event) => {
    tally.onEvent(event);
    view.event(event);
    progress.onEvent(event);
  };
  const shown = callerOf(args, { view, context, pause: progress.pause });
  const caller: ShiftCaller = {
    ...shown,
    written: (target, step, outcomes) => {
      tally.onStep(step, outcomes);
      shown.written(target, step, outcomes);
    },
    report: (diagnostics) => {
      reported.push(...diagnostics);
      shown.report(diagnostics);
    },
  };
  const run = async (): Promise<Ending> => {
    try {
      const options = await context.engineOptions({ forceConflicts: args.forceConflicts, onEvent });
      const ended = await shiftOrGoBack(args, { caller, context, options });
      return { exitCode: exitCodes[ended], ...soFar() };
    } finally {
      progress.pause();
    }
  };
  return streamEvents(view, context, run, soFar);
}

interface Around {
  readonly caller: ShiftCaller;
  readonly context: MeshContext;
  readonly options: EngineOptions;
}

/** Shifts; once somebody has agreed and interrupts it, they are asked whether to go back. */
async function shiftOrGoBack(args: ShiftArgs, { caller, context, options }: Around): Promise<ExitClass> {
  let from: Weights | undefined;
  const agree: ShiftCaller["agree"] = async (preview) => {
    const agreed = await caller.agree(preview);
    from = agreed ? preview.plan.from : undefined;
    return agreed;
  };
  try {
    return await shiftProgressively(args, { ...caller, agree }, options);
  } catch (error) {
    if (context.signal.aborted && from !== undefined) {
      const before = from;
      await afterInterruption(async () => offerWayBack(args, before, { caller, context, options }));
    }
    throw error;
  }
}

async function offerWayBack(args: ShiftArgs, from: Weights, { caller, context, options }: Around): Promise<void> {
  const stopped = await findStopped(args, caller, from);
  if (stopped === undefined) {
    return;
  }
  const question = `The shift stopped at ${describeWeights(stopped.weights)}. Go back to ${describeWeights(from)}?`;
  if (await context.offer(question)) {
    await stopped.goBack({ ...options, signal: new AbortController().signal });
  } else {
    caller.report([stopped.said]);
  }
}

/** Shows what the shift says; progress pauses meanwhile. */
function callerOf(
  args: ShiftArgs,
  { view, context, pause }: { readonly view: ShiftView; readonly context: MeshContext; readonly pause: () => void },
): ShiftCaller {
  return {
    readMesh: async () => (await context.readMesh()).meshFile,
    agree: async (preview) => {
      pause();
      view.event({ kind: "shift", shift: preview.plan });
      view.plan(preview);
      const agreed = !preview.changes || (await context.confirm("Shift the weights?", args));
      if (!agreed) {
        context.log("Nothing was changed.");
      }
      return agreed;
    },
    written: (target, step, outcomes) => {
      pause();
      view.result({ kind: "written", target, step, outcomes });
    },
    proven: (verification, { name }) => {
      pause();
      view.event({ kind: "verification", step: name, verification });
      view.result({ kind: "proven", verification });
    },
    watched: (requests, { name }) => {
      pause();
      requests.judged.forEach((gate) => view.event({ kind: "gate", step: name, gate, watched: requests }));
      view.result({ kind: "watched", requests });
    },
    report: (diagnostics) => {
      pause();
      context.report(diagnostics);
    },
  };
}
