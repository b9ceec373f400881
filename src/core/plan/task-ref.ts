/**
 * A unit of work with an id that is the same whenever the same plan is carried
 * out: `<cluster>/<wave>`, `<cluster>/<wave>/ready`, `<cluster>/finish/prune`.
 */
export interface TaskRef {
  readonly id: string;
  /** A short phrase for people. */
  readonly task: string;
  /** The id of the task that it is a part of; people see that one. */
  readonly within?: string;
}

/** A task before it begins. */
export interface PlannedTask extends TaskRef {
  readonly cluster: string;
  readonly kind: "inventory" | "apply" | "wait" | "prune" | "delete" | "write" | "proof" | "finish";
  /** Tasks that must have ended well; `*` followed by `/` and a wave, or `finish`, is that on every cluster, ended well or not. */
  readonly needs: readonly string[];
  /** Done only where something that comes before it has failed: the way back. */
  readonly onFailure?: true;
}

/** A part of a task. */
export function partOf(whole: TaskRef, id: string, task: string): TaskRef {
  return { id: `${whole.id}/${id}`, task: `${whole.task}: ${task}`, within: whole.id };
}

/** Part of a task, in a plan: it comes after the parts before it. */
export function plannedPart(cluster: string, kind: PlannedTask["kind"], ref: TaskRef): PlannedTask {
  return { ...ref, cluster, kind, needs: [] };
}
