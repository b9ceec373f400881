import { tolerateListeners } from "./tolerate-listeners.ts";

export interface TimeLimit {
  /** Ends the work at once, with its reason. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** What the work is rejected with when its time is up. */
  readonly late: () => Error;
}

/**
 * Runs work that its caller and the clock can end, by the controller that it
 * gets. Rejects with the caller's reason or `late()` where those ended it,
 * whatever the work itself made of that.
 */
export async function withinTime<T>(
  { signal, timeoutMs, late }: TimeLimit,
  work: (stop: AbortController) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const stop = new AbortController();
  // The work may stop itself too, which is no reason to reject.
  const cut = new AbortController();
  const cutOff = (reason: unknown): void => {
    cut.abort(reason);
    stop.abort(reason);
  };
  tolerateListeners(signal);
  tolerateListeners(stop.signal);
  const onAbort = (): void => cutOff(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => cutOff(late()), timeoutMs);
  try {
    return await work(stop);
  } catch (error) {
    cut.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
