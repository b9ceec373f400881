import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { OnProgress } from "../../core/progress.ts";

export interface Step {
  /** The part of the engine. */
  readonly subject: string;
  /** What is done to it, in the present. */
  readonly task: string;
  /** Measured on two cores; left out for what is done at once. */
  readonly expectedSeconds?: number;
}

/**
 * Runs one step of the engine's making and tells its start, its notes and its
 * end. A step that fails with a UserError is told with its first diagnostic;
 * the error goes on to the caller as it is.
 */
export async function runStep<T>(
  onProgress: OnProgress,
  step: Step,
  work: (note: (text: string) => void, elapsedSeconds: () => number) => Promise<T>,
): Promise<T> {
  const { subject, task } = step;
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  onProgress({ kind: "task.started", ...step });
  try {
    const result = await work((note) => onProgress({ kind: "task.note", subject, task, note }), elapsed);
    onProgress({ kind: "task.done", subject, task, seconds: elapsed() });
    return result;
  } catch (error) {
    onProgress({ kind: "task.failed", subject, task, diagnostic: diagnosticOf(error, step) });
    throw error;
  }
}

function diagnosticOf(error: unknown, step: Step): Diagnostic {
  const known = error instanceof UserError ? error.diagnostics[0] : undefined;
  return (
    known ?? {
      ...errorOf("ISM720"),
      detail: `${step.subject}: ${step.task} ended early: ${error instanceof Error ? error.message : String(error)}.`,
    }
  );
}
