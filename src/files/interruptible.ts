import { AsyncLocalStorage } from "node:async_hooks";

const current = new AsyncLocalStorage<AbortSignal>();

/**
 * Runs `work`, in which everything that waits for a file's other end (a pipe
 * without a writer) ends with the signal's reason when it fires. The signal
 * travels with the calls and not through their arguments: files are read in
 * dozens of places that have nothing else to stop.
 */
export async function interruptibleBy<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return current.run(signal, work);
}

/** The signal of the `interruptibleBy` that this runs in; one that never fires elsewhere. */
export function interruption(): AbortSignal {
  return current.getStore() ?? new AbortController().signal;
}
