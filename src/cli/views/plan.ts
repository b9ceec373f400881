import type { Plan } from "../../core/plan/plan.ts";
import { planDocument } from "../../engine/documents/plan.ts";
import type { PlannedCluster } from "../../engine/operations/plan.ts";
import { viewPlan, viewPlannedCluster } from "./human/plan.ts";
import type { Printer } from "./printer.ts";

/** What `isthmus plan` prints. */
export interface PlanView {
  readonly plan: (plan: Plan, options: { readonly prune: boolean }) => void;
  /** Clusters that are planned while others keep the plan waiting; absent where a plan is one document. */
  readonly part?: (planned: readonly PlannedCluster[], options: { readonly prune: boolean }) => void;
}

/** The view that `-o` names. */
export function planView(output: "table" | "json", out: Printer): PlanView {
  switch (output) {
    case "table":
      return planText(out);
    case "json":
      return { plan: (plan, options) => out.printJson(planDocument(plan, options)) };
  }
}

/** Shows each cluster once; again, and says so, where its plan has become another since. */
function planText({ print, palette }: Printer): PlanView {
  const shown = new Map<string, string>();
  return {
    part: (planned, { prune }) => {
      for (const one of planned) {
        const text = viewPlannedCluster(one, { prune, palette });
        if (shown.get(one.cluster) !== text) {
          shown.set(one.cluster, text);
          print(`${text}\n`);
        }
      }
    },
    plan: (plan, { prune }) => print(viewPlan(plan, { prune, palette, shown })),
  };
}
