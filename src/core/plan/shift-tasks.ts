import type { Weights } from "../decide/shift-steps.ts";
import { describeWeights } from "../decide/shift-steps.ts";
import type { PlannedTask, TaskRef } from "./task-ref.ts";

/** The weights that a shift writes at one time. */
export interface ShiftStep {
  /** Part of a task's id: `step-1`, `step-2`, …; `rollback` for the way back after a proof that failed. */
  readonly name: string;
  readonly weights: Weights;
}

/** The tasks of one step on one cluster, in order. */
export const shiftTasks = {
  write: (cluster: string, step: ShiftStep): TaskRef => ({
    id: `${cluster}/${step.name}/write`,
    task: `writing ${describeWeights(step.weights)}`,
  }),
  taken: (cluster: string, step: ShiftStep): TaskRef => ({
    id: `${cluster}/${step.name}/taken`,
    task: `gateways take ${describeWeights(step.weights)}`,
  }),
  proof: (cluster: string, step: ShiftStep): TaskRef => ({
    id: `${cluster}/${step.name}/proof`,
    task: `verifying ${describeWeights(step.weights)}`,
  }),
  watched: (cluster: string, step: ShiftStep): TaskRef => ({
    id: `${cluster}/${step.name}/watched`,
    task: `watching requests at ${describeWeights(step.weights)}`,
  }),
} as const;

/** The step that puts the weights of the beginning back. */
export function rollbackStep(weights: Weights): ShiftStep {
  return { name: "rollback", weights };
}

/** The steps of a shift, numbered from 1. */
export function numberSteps(steps: readonly Weights[]): readonly ShiftStep[] {
  return steps.map((weights, index) => ({ name: `step-${index + 1}`, weights }));
}

/** What decides which tasks a shift has. */
export interface ShiftTaskPlan {
  /** The clusters that have agreed. */
  readonly clusters: readonly string[];
  readonly steps: readonly ShiftStep[];
  /** Each step is proven before the next. */
  readonly proves: boolean;
  /** Failures of real requests are watched after each step. */
  readonly watches: boolean;
  /** The step that a proof that fails leads to; undefined where nothing goes back by itself. */
  readonly rollback: ShiftStep | undefined;
}

/** Every task of a shift on one cluster, in order. A step begins when the one before it has ended well on every cluster. */
export function planShiftTasks(cluster: string, plan: ShiftTaskPlan): readonly PlannedTask[] {
  const last = plan.watches ? shiftTasks.watched : plan.proves ? shiftTasks.proof : shiftTasks.taken;
  const steps = plan.steps.flatMap((step, index) => {
    const before = plan.steps[index - 1];
    const needs = before === undefined ? [] : plan.clusters.map((one) => last(one, before).id);
    return tasksOfStep(cluster, step, needs, plan);
  });
  const back = plan.rollback === undefined ? [] : tasksOfStep(cluster, plan.rollback, [], { ...plan, watches: false });
  return [...steps, ...back.map((one) => ({ ...one, onFailure: true }) as const)];
}

function tasksOfStep(
  cluster: string,
  step: ShiftStep,
  needs: readonly string[],
  { clusters, proves, watches }: ShiftTaskPlan,
): readonly PlannedTask[] {
  const write = shiftTasks.write(cluster, step);
  const taken = clusters.map((one) => shiftTasks.taken(one, step).id);
  const proven = proves ? clusters.map((one) => shiftTasks.proof(one, step).id) : taken;
  return [
    { ...write, cluster, kind: "write", needs },
    { ...shiftTasks.taken(cluster, step), cluster, kind: "wait", needs: [write.id] },
    ...(proves ? [{ ...shiftTasks.proof(cluster, step), cluster, kind: "proof", needs: taken } as const] : []),
    ...(watches ? [{ ...shiftTasks.watched(cluster, step), cluster, kind: "proof", needs: proven } as const] : []),
  ];
}
