import { describeId } from "../../../core/model/kube-object.ts";
import { changedNames } from "../../../core/front-door/names-plan.ts";
import type { DrainPlan } from "../../../engine/events.ts";
import type { DrainOutcome } from "../../../engine/operations/drain.ts";
import type { Palette } from "../../terminal/palette.ts";
import { viewNamesPlan } from "./names.ts";
import { viewField } from "./plan.ts";

/** What a drain or an undrain would change: what it means first, then the objects of each cluster. */
export function viewDrainPlan({ action, cluster, services, clusters, names }: DrainPlan, palette: Palette): string {
  const goes = services.map(({ namespace, name, instead }) => {
    const where = instead === undefined ? "comes back to" : "leaves";
    const own = instead === undefined ? "" : `; what is asked inside ${cluster} is answered by ${instead}`;
    return `  ${namespace}/${name} ${where} ${cluster}${own}`;
  });
  const nothing = action === "drain" ? `nothing leaves ${cluster}` : `nothing is drained in ${cluster}`;
  const parts = clusters.flatMap((one) => {
    if (one.kind === "unreachable") {
      return [`${palette.strong(one.cluster)}  ${palette.bad("× does not answer")}: ${one.diagnostic.summary}`];
    }
    const objects = one.objects.flatMap(({ action: change, id, fields }) => {
      const line = { create: palette.added, update: palette.changed, delete: palette.removed }[change];
      const sign = { create: "+", update: "~", delete: "-" }[change];
      return [line(`  ${sign} ${describeId(id)}`), ...fields.map((field) => viewField(field, palette))];
    });
    return [palette.strong(one.cluster), ...(objects.length === 0 ? [palette.dim("  no changes")] : objects)];
  });
  const dns = changedNames(names, { prune: false }).length === 0 ? [] : viewNamesPlan(names, { prune: false, palette });
  return [
    ...(goes.length === 0 ? [`  ${nothing}`] : goes),
    ...(goes.length === 0 ? [] : [...dns.filter((line) => line !== ""), ...parts]),
  ].join("\n");
}

/** How it ended, cluster by cluster. */
export function viewDrain(plan: DrainPlan, outcomes: readonly DrainOutcome[], palette: Palette): string {
  return outcomes
    .map((outcome) => {
      const good = outcome.state === "done" && outcome.diagnostics.every(({ severity }) => severity !== "error");
      return `${good ? palette.good("√") : palette.bad("×")} ${outcome.cluster}  ${wordsOf(plan, outcome)}`;
    })
    .join("\n");
}

function wordsOf({ action, cluster }: DrainPlan, outcome: DrainOutcome): string {
  const own = outcome.cluster === cluster;
  const drains = action === "drain";
  switch (outcome.state) {
    case "done": {
      const pods =
        outcome.idle === undefined ? "" : `; ${outcome.idle} ${outcome.idle === 1 ? "pod is" : "pods are"} idle`;
      return own
        ? `${drains ? "its own callers ask elsewhere" : "its own callers are back"}${pods}`
        : `callers there ${drains ? "have left" : "are back at"} ${cluster}`;
    }
    case "skipped":
      return `left as it is: ${drains ? "not all callers elsewhere have left" : `${cluster} did not come back`}`;
    case "failed":
      return outcome.steps.length === 0 ? "failed" : `failed after: ${outcome.steps.join(", ")}`;
    case "interrupted":
      return outcome.steps.length === 0
        ? "interrupted in its first step"
        : `interrupted after: ${outcome.steps.join(", ")}`;
    case "unreachable":
      return "does not answer";
  }
}
