/** One unit of work of a queue. */
export interface QueueTask {
  readonly id: string;
  /** Clusters are independent: what fails on one never stops another. */
  readonly cluster: string;
  /** Tasks that must have ended well. */
  readonly needs: readonly string[];
  /** Tasks that must have ended, well or not: a barrier over clusters. */
  readonly after: readonly string[];
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export type TaskOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly error: unknown }
  /** A task that it needs did not end well. */
  | { readonly kind: "skipped"; readonly because: string }
  /** The signal came before it was started, or while it ran. */
  | { readonly kind: "interrupted"; readonly started: boolean };

/**
 * Runs tasks as soon as what they wait for has ended, all that can run side by
 * side. Never rejects: every task has an outcome. A task whose need failed is
 * skipped; after an abort nothing new starts and running tasks are told by
 * their signal. Throws only for a graph with a cycle or an unknown id, which is a bug.
 */
export async function runQueue(
  tasks: readonly QueueTask[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, TaskOutcome>> {
  requireAcyclic(tasks);
  const outcomes = new Map<string, TaskOutcome>();
  const running = new Map<string, Promise<void>>();
  const waiting = new Map(tasks.map((task) => [task.id, task]));

  const start = (task: QueueTask): void => {
    waiting.delete(task.id);
    running.set(
      task.id,
      runOne(task, outcomes, signal).then((outcome) => {
        outcomes.set(task.id, outcome);
        running.delete(task.id);
      }),
    );
  };

  while (waiting.size > 0 || running.size > 0) {
    for (const task of waiting.values()) {
      if ([...task.needs, ...task.after].every((id) => outcomes.has(id))) {
        start(task);
      }
    }
    await Promise.race(running.values());
  }
  return outcomes;
}

async function runOne(
  task: QueueTask,
  outcomes: ReadonlyMap<string, TaskOutcome>,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const blocker = task.needs.find((id) => outcomes.get(id)?.kind !== "done");
  if (signal.aborted) {
    return { kind: "interrupted", started: false };
  }
  if (blocker !== undefined) {
    return { kind: "skipped", because: blocker };
  }
  try {
    await task.run(signal);
    return { kind: "done" };
  } catch (error) {
    return signal.aborted ? { kind: "interrupted", started: true } : { kind: "failed", error };
  }
}

function requireAcyclic(tasks: readonly QueueTask[]): void {
  const left = new Map(tasks.map((task) => [task.id, new Set([...task.needs, ...task.after])]));
  for (;;) {
    const free = [...left].filter(([, waits]) => ![...waits].some((id) => left.has(id)));
    if (free.length === 0) {
      break;
    }
    for (const [id] of free) {
      left.delete(id);
    }
  }
  const known = new Set(tasks.map((task) => task.id));
  const unknown = tasks.flatMap((task) => [...task.needs, ...task.after].filter((id) => !known.has(id)));
  if (left.size > 0 || unknown.length > 0) {
    throw new Error(
      `the queue cannot run: ${[...left.keys()].join(", ")} wait for each other; unknown: ${unknown.join(", ")}`,
    );
  }
}
