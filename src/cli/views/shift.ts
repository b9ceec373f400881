import type { Weights } from "../../core/decide/shift-steps.ts";
import type { ShiftPreview, ShiftedRoute } from "../../engine/operations/progressive-shift.ts";
import type { ShiftOutcome } from "../../engine/operations/shift.ts";
import type { Verification } from "../../engine/operations/verify.ts";
import { viewShift, viewShiftPlan } from "./human/shift.ts";
import { viewVerification } from "./human/verify.ts";
import type { Printer } from "./printer.ts";

/** What `isthmus shift` prints. */
export interface ShiftView {
  readonly plan: (preview: ShiftPreview) => void;
  /** How one step ended. */
  readonly written: (target: ShiftedRoute, weights: Weights, outcomes: readonly ShiftOutcome[]) => void;
  readonly proven: (verification: Verification) => void;
}

/** Texts for people. */
export function shiftView({ print, palette }: Printer): ShiftView {
  return {
    plan: (preview) => print(viewShiftPlan(preview, palette)),
    written: (target, weights, outcomes) => print(viewShift(target, weights, outcomes, palette)),
    proven: (verification) => print(viewVerification(verification, palette)),
  };
}
