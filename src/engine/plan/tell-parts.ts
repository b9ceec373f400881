import type { ClusterPlan } from "../../core/plan/plan.ts";
import { watchStandstill } from "../clusters/watch-standstill.ts";

/** What an apply would do on a cluster that answers. */
export type PlannedCluster = Extract<ClusterPlan, { readonly kind: "planned" }>;

/** Told of clusters that are planned while others keep the plan waiting. Must not throw. */
export type OnPart = (planned: readonly PlannedCluster[]) => void;

/** Collects the plans of clusters as they come. */
export interface Parts {
  /** Gives back what it got. */
  readonly came: (plan: ClusterPlan) => ClusterPlan;
  readonly end: () => void;
}

/**
 * Tells of the clusters that are planned when no other one has been for two
 * seconds (`watchStandstill`), each once; never of the last ones, which are
 * told with the whole plan. Nothing is told while `maySay` says no.
 */
export function tellParts(onPart: OnPart | undefined, maySay: () => boolean): Parts {
  if (onPart === undefined) {
    return { came: (plan) => plan, end: () => undefined };
  }
  let untold: readonly PlannedCluster[] = [];
  const watch = watchStandstill(() => {
    if (untold.length > 0 && maySay()) {
      onPart(untold);
      untold = [];
    }
  });
  return {
    came: (plan) => {
      untold = plan.kind === "planned" ? [...untold, plan] : untold;
      watch.came();
      return plan;
    },
    end: watch.end,
  };
}
