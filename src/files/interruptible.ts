/** Of the works under way: one in a command's own process. */
const current: AbortSignal[] = [];

/**
 * Runs `work`, in which everything that waits for a file's other end (a pipe
 * without a writer) ends with the signal's reason when it fires. The signal
 * does not travel through arguments: files are read in dozens of places that
 * have nothing else to stop. Of several works at a time in one process the
 * first signal that fires ends the reading of all: to tell them apart an
 * AsyncLocalStorage would do, with which every promise of Node.js 20 costs
 * more (https://nodejs.org/docs/latest-v20.x/api/async_hooks.html#promise-execution-tracking).
 */
export async function interruptibleBy<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  current.push(signal);
  try {
    return await work();
  } finally {
    current.splice(current.indexOf(signal), 1);
  }
}

/**
 * Runs `work` after an interruption: what it reads does not end with the
 * signals that have fired. Nothing else may be under way meanwhile.
 */
export async function afterInterruption<T>(work: () => Promise<T>): Promise<T> {
  const before = current.splice(0);
  try {
    return await work();
  } finally {
    current.push(...before);
  }
}

/** The signal of the `interruptibleBy` that is under way; one that never fires where there is none. */
export function interruption(): AbortSignal {
  const [only] = current;
  return only !== undefined && current.length === 1 ? only : AbortSignal.any(current);
}
