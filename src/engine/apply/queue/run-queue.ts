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
 * their signal. The work of the queue itself grows with the number of waits.
 * Throws only for a graph with a cycle or an unknown id, which is a bug.
 */
export async function runQueue(
  tasks: readonly QueueTask[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, TaskOutcome>> {
  const dependents = requireAcyclic(tasks);
  const outcomes = new Map<string, TaskOutcome>();
  const open = new Map(tasks.map((task) => [task.id, waitsOf(task).size]));

  const run = async (task: QueueTask): Promise<void> => {
    outcomes.set(task.id, await runOne(task, outcomes, signal));
    await Promise.all((dependents.get(task.id) ?? []).filter((one) => close(open, one)).map(run));
  };
  await Promise.all(tasks.filter((task) => open.get(task.id) === 0).map(run));
  return outcomes;
}

function waitsOf({ needs, after }: QueueTask): ReadonlySet<string> {
  return new Set([...needs, ...after]);
}

/** Counts one wait of the task as over; true when it was the last. */
function close(open: Map<string, number>, { id }: QueueTask): boolean {
  const left = (open.get(id) ?? 0) - 1;
  open.set(id, left);
  return left === 0;
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

/** The tasks that wait for each task. */
function requireAcyclic(tasks: readonly QueueTask[]): ReadonlyMap<string, readonly QueueTask[]> {
  const dependents = new Map<string, QueueTask[]>(tasks.map((task) => [task.id, []]));
  const unknown = new Set<string>();
  for (const task of tasks) {
    for (const id of waitsOf(task)) {
      const known = dependents.get(id);
      known?.push(task);
      if (known === undefined) {
        unknown.add(id);
      }
    }
  }
  const open = new Map(tasks.map((task) => [task.id, waitsOf(task).size]));
  const free = tasks.filter((task) => open.get(task.id) === 0);
  // Grows while it is walked through.
  for (const task of free) {
    free.push(...(dependents.get(task.id) ?? []).filter((one) => close(open, one)));
  }
  if (free.length < tasks.length) {
    const left = tasks.filter((task) => open.get(task.id) !== 0).map(({ id }) => id);
    throw new Error(
      `the queue cannot run: ${left.join(", ")} wait for each other; unknown: ${[...unknown].join(", ")}`,
    );
  }
  return dependents;
}
