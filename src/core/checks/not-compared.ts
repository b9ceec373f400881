import type { MeshFacts } from "./facts.ts";
import { reachedClusters } from "./reached.ts";

/** Why some cluster's objects were not compared with what an apply would make of them, a clause each; none when all were. */
export function whyNotCompared(facts: MeshFacts): readonly string[] {
  return reachedClusters(facts).flatMap(({ cluster, drift }): readonly string[] => {
    if (drift === undefined) {
      return [`nobody compared in ${cluster}`];
    }
    if (drift.kind === "not-judged") {
      return [`${cluster}: ${drift.reason}`];
    }
    const [first, ...rest] = drift.unknown;
    return first === undefined
      ? []
      : [`${cluster}: ${first.object}${rest.length === 0 ? "" : ` and ${rest.length} more`}: ${first.reason}`];
  });
}
