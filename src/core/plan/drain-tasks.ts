import type { DrainAction, DrainStep } from "../drain/drain-steps.ts";
import { isStepAt } from "../drain/drain-steps.ts";
import type { PlannedTask, TaskRef } from "./task-ref.ts";

const words: Readonly<Record<DrainAction, Readonly<Record<DrainStep["name"], string>>>> = {
  drain: {
    routes: "rules and weights",
    callers: "callers leave",
    own: "own callers leave",
  },
  undrain: {
    own: "own callers come back",
    callers: "callers come back",
    routes: "rules and weights",
  },
};

/** The tasks of a drain on one cluster; `idle` is of the drained one. */
export const drainTasks = {
  write: (action: DrainAction, step: Pick<DrainStep, "name">, cluster: string): TaskRef => ({
    id: `${cluster}/${step.name}/write`,
    task: `${action}: ${words[action][step.name]}`,
  }),
  taken: (action: DrainAction, step: Pick<DrainStep, "name">, cluster: string): TaskRef => ({
    id: `${cluster}/${step.name}/taken`,
    task: `${action}: ${words[action][step.name]}: proxies`,
  }),
  idle: (cluster: string): TaskRef => ({ id: `${cluster}/idle`, task: "drain: pods become idle" }),
} as const;

/** Every task of a drain or an undrain on one cluster, in order. A step begins when the one before it has ended on every cluster. */
export function planDrainTasks(
  cluster: string,
  about: {
    readonly action: DrainAction;
    /** The drained one. */
    readonly drained: string;
    /** Those that have agreed. */
    readonly clusters: readonly string[];
    readonly steps: readonly DrainStep[];
  },
): readonly PlannedTask[] {
  const { action, drained, clusters, steps } = about;
  const tasks = steps.flatMap((step, index): PlannedTask[] => {
    if (!isStepAt(step, drained, cluster)) {
      return [];
    }
    const before = steps[index - 1];
    const needs =
      before === undefined
        ? []
        : clusters
            .filter((one) => isStepAt(before, drained, one))
            .map((one) => drainTasks.taken(action, before, one).id);
    const write = drainTasks.write(action, step, cluster);
    return [
      { ...write, cluster, kind: "write", needs },
      { ...drainTasks.taken(action, step, cluster), cluster, kind: "wait", needs: [write.id] },
    ];
  });
  const last = tasks.at(-1);
  return action === "drain" && cluster === drained && last !== undefined
    ? [...tasks, { ...drainTasks.idle(cluster), cluster, kind: "wait", needs: [last.id] }]
    : tasks;
}
