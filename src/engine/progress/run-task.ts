import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { OnProgress } from "../../core/progress.ts";
import type { TaskRef } from "../../core/plan/task-ref.ts";
import type { RunOptions } from "../options.ts";
import { diagnoseFailure } from "./diagnose-failure.ts";

export interface TaskOptions extends Pick<RunOptions, "now" | "signal"> {
  readonly onEvent: OnProgress;
  /** Fires when the cluster's Lease is lost, which also ends the work by `signal` and is a failure. */
  readonly lost?: AbortSignal;
}

/** A task and whose it is. */
export interface OwnTask extends Omit<TaskRef, "id"> {
  /** A cluster, or what the work is about where that is none. */
  readonly cluster: string;
  /** Absent for what no plan names. */
  readonly id?: string;
  /** About how long it takes, where that is known. */
  readonly expectedSeconds?: number;
}

/**
 * Does a piece of work as a task: its start, notes and end are events. Rejects
 * with what the work rejects with, diagnosed as a UserError, so that whoever
 * catches it asks nobody a second time and says the same. An interruption is
 * given on as it is, without an event.
 */
export async function runTask<Result>(
  { cluster, task, id, within, expectedSeconds }: OwnTask,
  options: TaskOptions,
  work: (note: (text: string) => void) => Promise<Result>,
): Promise<Result> {
  const { now, onEvent } = options;
  const about = { subject: cluster, task };
  const named = { ...(id === undefined ? {} : { id }), ...(within === undefined ? {} : { within }) };
  const started = now();
  onEvent({ kind: "task.started", ...about, ...named, ...(expectedSeconds === undefined ? {} : { expectedSeconds }) });
  try {
    const result = await work((note) => onEvent({ kind: "task.note", ...about, note, ...named }));
    onEvent({ kind: "task.done", ...about, seconds: (now() - started) / 1000, ...named });
    return result;
  } catch (error) {
    if (options.signal.aborted && options.lost?.aborted !== true) {
      throw error;
    }
    const diagnostics = await diagnoseFailure(error, cluster, task);
    const [diagnostic] = diagnostics;
    if (diagnostic !== undefined) {
      onEvent({ kind: "task.failed", ...about, diagnostic, ...named });
    }
    throw error instanceof UserError ? error : new UserError(diagnostics, exitCodes.failed, { cause: error });
  }
}
