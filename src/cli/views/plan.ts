import type { Plan } from "../../core/plan/plan.ts";
import { planDocument } from "../../engine/documents/plan.ts";
import { viewPlan } from "./human/plan.ts";
import type { Printer } from "./printer.ts";

/** What `isthmus plan` prints. */
export interface PlanView {
  readonly plan: (plan: Plan, options: { readonly prune: boolean }) => void;
}

/** The view that `-o` names. */
export function planView(output: "table" | "json", out: Printer): PlanView {
  const views: Readonly<Record<typeof output, PlanView>> = {
    table: { plan: (plan, { prune }) => out.print(viewPlan(plan, { prune, palette: out.palette })) },
    json: { plan: (plan, options) => out.printJson(planDocument(plan, options)) },
  };
  return views[output];
}
