import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import type { RunOptions } from "../options.ts";
import type { Working } from "./cluster-run.ts";

/**
 * Emits what stopped a task on a cluster as an event, and gives what the task
 * rejects with: the diagnosis as a UserError, so that the summary at the end
 * asks the cluster no second time and says the same. An interruption is
 * returned as it is, without an event.
 */
export async function tellFailure(
  error: unknown,
  work: Working,
  task: string,
  options: Pick<RunOptions, "onEvent" | "signal">,
): Promise<unknown> {
  if (options.signal.aborted && !work.lost.aborted) {
    return error;
  }
  const subject = work.one.cluster.name;
  const diagnostics = await diagnoseFailure(error, subject, task);
  const [first] = diagnostics;
  if (first !== undefined) {
    options.onEvent({ kind: "task.failed", subject, task, diagnostic: first });
  }
  return error instanceof UserError ? error : new UserError(diagnostics, exitCodes.failed, { cause: error });
}
