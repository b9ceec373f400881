import type { Weights } from "../../core/decide/shift-steps.ts";
import { idOf } from "../../core/model/kube-object.ts";
import type { Route, Service } from "../../core/model/mesh.ts";
import type { ShiftStep } from "../../core/plan/shift-tasks.ts";
import { planShiftTasks, rollbackStep } from "../../core/plan/shift-tasks.ts";
import type { ShiftPlan } from "../events.ts";
import type { PreparedShift } from "../traffic/shift-target.ts";

/** What is known of a shift once every cluster has agreed to its first step. */
export interface AgreedShift {
  /** The mesh file as the caller named it. */
  readonly file: string;
  readonly target: { readonly service: Service; readonly route: Route };
  readonly prepared: PreparedShift;
  readonly from: Weights;
  readonly steps: readonly ShiftStep[];
  readonly proves: boolean;
  readonly watches: boolean;
  readonly rollsBack: boolean;
}

/** What a shift is about to change, as a value that can be shown and sent. */
export function planShift({ file, target, prepared, from, steps, proves, watches, rollsBack }: AgreedShift): ShiftPlan {
  const ready = prepared.targets.filter((one) => one.kind === "ready");
  const tasks = {
    clusters: ready.map(({ cluster }) => cluster),
    steps,
    proves,
    watches,
    rollback: rollsBack ? rollbackStep(from) : undefined,
  };
  return {
    mesh: prepared.mesh,
    file,
    route: { service: target.service.name, namespace: target.service.namespace, name: target.route.name },
    from,
    steps: steps.map(({ weights }) => weights),
    clusters: prepared.targets.map((one) =>
      one.kind === "unreachable"
        ? one
        : {
            kind: "planned",
            cluster: one.cluster,
            id: idOf(one.object),
            fields: one.fields,
            tasks: planShiftTasks(one.cluster, tasks),
          },
    ),
  };
}
