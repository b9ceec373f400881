import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { warningOf } from "../diagnostics/coded.ts";
import { leftClusters } from "../plan/left-clusters.ts";
import type { Plan } from "../plan/plan.ts";

/** Warns, once per cluster that was removed from the mesh file, that others go on knowing it when nothing is pruned. */
export function adviseLeftClusters(plan: Plan, { prune }: { readonly prune: boolean }): readonly Diagnostic[] {
  if (prune) {
    return [];
  }
  const known = plan.clusters.flatMap((one) => leftClusters(one).map((left) => ({ left, by: one.cluster })));
  return [...new Set(known.map(({ left }) => left))].map((left) => {
    const by = known.filter((one) => one.left === left).map((one) => one.by);
    return {
      ...warningOf("ISM224"),
      detail: `${left} is no longer in the mesh file, and ${by.join(", ")} still ${by.length === 1 ? "has" : "have"} its remote secret: istiod there goes on reading ${left} with its credential and sends requests to what runs there.`,
      fix: "Take it out everywhere with --prune, which works also when the cluster is dead. Or put it back into the mesh file.",
    };
  });
}
