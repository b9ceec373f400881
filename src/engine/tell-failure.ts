import { diagnoseFailure } from "./diagnose-failure.ts";
import type { EngineOptions } from "./options.ts";
import type { Working } from "./working.ts";

/** Tells, as an event, what stopped a task on a cluster; nothing where that is an interruption. */
export async function tellFailure(error: unknown, work: Working, task: string, options: EngineOptions): Promise<void> {
  if (options.signal.aborted && !work.lost.aborted) {
    return;
  }
  const subject = work.one.cluster.name;
  const [diagnostic] = await diagnoseFailure(error, subject, task);
  if (diagnostic !== undefined) {
    options.onEvent({ kind: "task.failed", subject, task, diagnostic });
  }
}
