import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { KubeError } from "../../kube/errors.ts";
import type { OwnTask, TaskOptions } from "./run-task.ts";
import { runTask } from "./run-task.ts";

/** A cluster that stopped answering while it was looked at. */
export interface StoppedAnswering {
  readonly kind: "unreachable";
  readonly cluster: string;
  readonly diagnostic: Diagnostic;
}

/**
 * Reads something of a cluster as a task. What its API server does not answer
 * makes it a cluster that does not answer, so that the others are looked at all
 * the same. Rejects with an interruption, and with what is a mistake of ours.
 */
export async function lookAtCluster<Found>(
  task: OwnTask,
  options: TaskOptions,
  read: () => Promise<Found>,
): Promise<Found | StoppedAnswering> {
  try {
    return await runTask(task, options, read);
  } catch (error) {
    options.signal.throwIfAborted();
    const [diagnostic] = error instanceof UserError && error.cause instanceof KubeError ? error.diagnostics : [];
    if (diagnostic === undefined) {
      throw error;
    }
    return { kind: "unreachable", cluster: task.cluster, diagnostic };
  }
}
