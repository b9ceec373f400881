import { planRemovalTasks } from "../../core/plan/removal-tasks.ts";
import type { RemovalPlan } from "../events.ts";
import type { PreparedRemoval } from "./remove.ts";
import { countKinds } from "./remove.ts";

/** What a prepared removal would take away, as a value that can be shown and sent. */
export function planRemoval(prepared: PreparedRemoval): RemovalPlan {
  const all = [...prepared.clusters, ...(prepared.rancherLocal === undefined ? [] : [prepared.rancherLocal])];
  return {
    mesh: prepared.mesh,
    ...(prepared.names === undefined ? {} : { names: prepared.names.plan }),
    clusters: all.map(({ one, items, labelled, isLeft }) => ({
      cluster: one.cluster.name,
      tasks: isLeft ? [] : planRemovalTasks(one.cluster.name, items),
      objects: items.map(({ created, wave, id }) => ({ action: created ? "delete" : "release", wave, id })),
      ...(labelled === undefined
        ? {}
        : {
            labelled: [...countKinds({ items: isLeft ? labelled.items : [], stays: labelled.stays })].map(
              ([kind, count]) => ({ kind, count }),
            ),
          }),
    })),
  };
}
