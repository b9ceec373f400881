import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { ForceConflicts } from "../../core/plan/force-conflicts.ts";
import type { ShiftRequest } from "../../engine/operations/progressive-shift.ts";
import { shiftProgressively } from "../../engine/operations/progressive-shift.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { ShiftView } from "../views/shift.ts";
import { pausingProgress } from "./pausing-progress.ts";

export interface ShiftArgs extends ShiftRequest {
  readonly forceConflicts: ForceConflicts;
  readonly yes: boolean;
}

/** Shows what a shift would do, asks, shifts, and shows each step and its proof. */
export async function shiftWeights(args: ShiftArgs, view: ShiftView, context: MeshContext): Promise<ExitCode> {
  const progress = pausingProgress(context);
  const { forceConflicts } = args;
  try {
    const ended = await shiftProgressively(
      args,
      {
        readMesh: async () => (await context.readMesh()).meshFile,
        agree: async (preview) => {
          progress.pause();
          view.plan(preview);
          const agreed = !preview.changes || (await context.confirm("Shift the weights?", args));
          if (!agreed) {
            context.log("Nothing was changed.");
          }
          return agreed;
        },
        written: (...step) => {
          progress.pause();
          view.written(...step);
        },
        proven: (verification) => {
          progress.pause();
          view.proven(verification);
        },
        report: (diagnostics) => {
          progress.pause();
          context.report(diagnostics);
        },
      },
      await context.engineOptions({ forceConflicts, onEvent: progress.onEvent }),
    );
    return exitCodes[ended];
  } finally {
    progress.pause();
  }
}
