import type { Diagnostic } from "./diagnostics/diagnostic.ts";

/**
 * What long work emits while it runs. One union for the sandbox and the
 * engine, so that one live view shows both. `subject` is who the line belongs
 * to (a cluster, or a part of the sandbox engine); `task` is what is being
 * done, a short phrase in the present ("waiting for istiod"). Where a plan
 * names its tasks, `id` is the task's, the same in every run, and `within` the
 * id of the task that it is a part of.
 */
export type Progress = TaskEvent & { readonly id?: string; readonly within?: string };

type TaskEvent =
  | {
      readonly kind: "task.started";
      readonly subject: string;
      readonly task: string;
      readonly expectedSeconds?: number;
    }
  | { readonly kind: "task.note"; readonly subject: string; readonly task: string; readonly note: string }
  | { readonly kind: "task.done"; readonly subject: string; readonly task: string; readonly seconds: number }
  | { readonly kind: "task.failed"; readonly subject: string; readonly task: string; readonly diagnostic: Diagnostic };

/** Receives progress. Must not throw and must return at once. */
export type OnProgress = (event: Progress) => void;
