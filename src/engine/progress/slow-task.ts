import type { RunOptions } from "../options.ts";

/** Reports a task only when it takes longer than two seconds. */
export interface SlowTask {
  /** Where it is now; the newest one shows. */
  readonly note: (note: string) => void;
  /** To be called in every case, also after a failure. */
  readonly end: () => void;
}

const quickMs = 2000;

/** Emits the task of some work once it has taken longer than two seconds. */
export function startSlowTask(subject: string, task: string, options: Pick<RunOptions, "onEvent" | "now">): SlowTask {
  const started = options.now();
  let latest: string | undefined;
  let shown = false;
  const timer = setTimeout(() => {
    shown = true;
    options.onEvent({ kind: "task.started", subject, task });
    if (latest !== undefined) {
      options.onEvent({ kind: "task.note", subject, task, note: latest });
    }
  }, quickMs);
  timer.unref();
  return {
    note: (note) => {
      latest = note;
      if (shown) {
        options.onEvent({ kind: "task.note", subject, task, note });
      }
    },
    end: () => {
      clearTimeout(timer);
      if (shown) {
        options.onEvent({ kind: "task.done", subject, task, seconds: (options.now() - started) / 1000 });
      }
    },
  };
}
