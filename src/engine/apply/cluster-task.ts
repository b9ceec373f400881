import type { TaskRef } from "../../core/plan/task-ref.ts";
import type { TaskOptions } from "../progress/run-task.ts";
import { runTask } from "../progress/run-task.ts";
import type { ClusterRun } from "./cluster-run.ts";

/**
 * A task of one cluster's share of an apply, or a part of it, as `runTask`.
 * When it fails the cluster has failed, at once: others then neither wait for
 * it nor join it.
 */
export async function runClusterTask<Result>(
  ref: TaskRef,
  work: Pick<ClusterRun, "one" | "lost" | "failed">,
  options: TaskOptions,
  piece: (note: (text: string) => void) => Promise<Result>,
): Promise<Result> {
  const task = { ...ref, cluster: work.one.cluster.name };
  return runTask(task, { ...options, lost: work.lost }, async (note) => {
    try {
      return await piece(note);
    } catch (error) {
      work.failed = true;
      throw error;
    }
  });
}
