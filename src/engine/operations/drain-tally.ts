import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { EngineEvent } from "../events.ts";
import type { DrainOutcome } from "./drain.ts";

/** Counts what a drain does on each cluster, so that also one that ends early can say how far it came. */
export interface DrainTally {
  readonly onEvent: (event: EngineEvent) => void;
  readonly onOutcomes: (outcomes: readonly DrainOutcome[]) => void;
  /** Empty while nothing was begun. */
  readonly outcomes: () => readonly DrainOutcome[];
  /** True as soon as anything was written, also where it ended before there were outcomes. */
  readonly written: () => boolean;
  /** Of the outcomes, each once. */
  readonly diagnostics: () => readonly Diagnostic[];
  /** As a stream's summary has them. */
  readonly clusters: () => readonly {
    readonly cluster: string;
    readonly state: DrainOutcome["state"];
    readonly applied: number;
    readonly deleted: number;
  }[];
}

/** Nothing is counted yet. */
export function createDrainTally(): DrainTally {
  const applied = new Map<string, number>();
  const deleted = new Map<string, number>();
  let outcomes: readonly DrainOutcome[] = [];
  const count = (counts: Map<string, number>, cluster: string): void => {
    counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  };
  return {
    onEvent: (event) => {
      if (event.kind === "object.applied") {
        count(applied, event.cluster);
      } else if (event.kind === "object.deleted") {
        count(deleted, event.cluster);
      }
    },
    onOutcomes: (found) => {
      outcomes = found;
    },
    outcomes: () => outcomes,
    written: () => applied.size + deleted.size > 0,
    diagnostics: () => outcomes.flatMap((one) => one.diagnostics),
    clusters: () =>
      outcomes.map(({ cluster, state }) => ({
        cluster,
        state,
        applied: applied.get(cluster) ?? 0,
        deleted: deleted.get(cluster) ?? 0,
      })),
  };
}
