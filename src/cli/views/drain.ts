import type { DrainOutcome, PreparedDrain } from "../../engine/operations/drain.ts";
import type { CliContext } from "../terminal/context.ts";
import type { ChangeView, EventTargets } from "./change-view.ts";
import { changeView } from "./change-view.ts";
import { viewDrain, viewDrainPlan } from "./human/drain.ts";

/** How a drain or an undrain ended. */
export interface DrainResult {
  readonly plan: PreparedDrain["plan"];
  readonly outcomes: readonly DrainOutcome[];
}

/** What `isthmus drain` and `isthmus undrain` print. */
export type DrainView = ChangeView<PreparedDrain, DrainResult>;

/** The view that `-o` and `--events-to` ask for. */
export function drainView(targets: EventTargets, context: CliContext): DrainView {
  const { palette } = context;
  return changeView(
    targets,
    {
      plan: ({ plan }) => viewDrainPlan(plan, palette),
      result: ({ plan, outcomes }) => viewDrain(plan, outcomes, palette),
    },
    context,
  );
}
