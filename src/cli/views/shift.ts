import type { ShiftStep } from "../../core/plan/shift-tasks.ts";
import type { ShiftPreview, ShiftedRoute } from "../../engine/operations/progressive-shift.ts";
import type { WatchedRequests } from "../../engine/operations/shift-gate.ts";
import type { ShiftOutcome } from "../../engine/operations/shift.ts";
import type { Verification } from "../../engine/operations/verify.ts";
import type { CliContext } from "../terminal/context.ts";
import type { ChangeView, EventTargets } from "./change-view.ts";
import { changeView } from "./change-view.ts";
import { viewShift, viewShiftPlan, viewWatchedRequests } from "./human/shift.ts";
import { viewVerification } from "./human/verify.ts";

/** How one step ended, and then its proof. */
export type ShiftResult =
  | {
      readonly kind: "written";
      readonly target: ShiftedRoute;
      readonly step: ShiftStep;
      readonly outcomes: readonly ShiftOutcome[];
    }
  | { readonly kind: "proven"; readonly verification: Verification }
  | { readonly kind: "watched"; readonly requests: WatchedRequests };

/** What `isthmus shift` prints; a result for each step and each proof. */
export type ShiftView = ChangeView<ShiftPreview, ShiftResult>;

/** The view that `-o` and `--events-to` ask for. */
export function shiftView(targets: EventTargets, context: CliContext): ShiftView {
  const { palette } = context;
  return changeView(
    targets,
    {
      plan: (preview) => viewShiftPlan(preview, palette),
      result: (result) => {
        switch (result.kind) {
          case "proven":
            return viewVerification(result.verification, palette);
          case "watched":
            return viewWatchedRequests(result.requests, palette);
          case "written":
            return viewShift(result.target, result.step.weights, result.outcomes, palette);
        }
      },
    },
    context,
  );
}
