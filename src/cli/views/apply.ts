import type { Plan } from "../../core/plan/plan.ts";
import type { ApplyResult } from "../../engine/operations/apply.ts";
import type { CliContext } from "../terminal/context.ts";
import type { ChangeView, EventTargets } from "./change-view.ts";
import { changeView } from "./change-view.ts";
import { viewApplyResult } from "./human/apply.ts";
import { viewPlan } from "./human/plan.ts";

/** What `isthmus apply` prints. */
export type ApplyView = ChangeView<{ readonly plan: Plan; readonly prune: boolean }, ApplyResult>;

/** The view that `-o` and `--events-to` ask for. */
export function applyView(targets: EventTargets, context: CliContext): ApplyView {
  const { palette } = context;
  return changeView(
    targets,
    {
      plan: ({ plan, prune }) => viewPlan(plan, { prune, palette }),
      result: (result) => viewApplyResult(result, palette),
    },
    context,
  );
}
