import type { ShiftStep } from "../../core/plan/shift-tasks.ts";
import type { EngineEvent } from "../events.ts";
import type { ShiftOutcome } from "../traffic/write-weights.ts";

/** How far a shift has come on one cluster. */
export interface ShiftedCluster {
  readonly cluster: string;
  /** As the last step has left it; `rolledBack` has the weights of the beginning again. */
  readonly state: ShiftOutcome["state"] | "rolledBack" | "interrupted";
  /** How often the route was written. */
  readonly applied: number;
}

/** Counts what a shift does on each cluster, so that also one that ends early can say how far it came. */
export interface ShiftTally {
  readonly onEvent: (event: EngineEvent) => void;
  readonly onStep: (step: ShiftStep, outcomes: readonly ShiftOutcome[]) => void;
  /** In the order in which they were first written. A step that was cut off is `interrupted`. */
  readonly clusters: () => readonly ShiftedCluster[];
}

/** Nothing is counted yet. */
export function createShiftTally(): ShiftTally {
  const clusters = new Map<string, ShiftedCluster>();
  const update = (cluster: string, change: Partial<ShiftedCluster>): void => {
    clusters.set(cluster, { cluster, state: "interrupted", applied: 0, ...clusters.get(cluster), ...change });
  };
  return {
    onEvent: (event) => {
      if (event.kind === "object.applied") {
        const applied = (clusters.get(event.cluster)?.applied ?? 0) + 1;
        update(event.cluster, { applied, state: "interrupted" });
      }
    },
    onStep: (step, outcomes) => {
      for (const { cluster, state } of outcomes) {
        const isBack = step.name === "rollback" && (state === "shifted" || state === "unchanged");
        update(cluster, { state: isBack ? "rolledBack" : state });
      }
    },
    clusters: () => [...clusters.values()],
  };
}
