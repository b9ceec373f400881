import { tolerateListeners } from "./tolerate-listeners.ts";

export interface TimeLimit {
  /** Ends the work at once, with its reason. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Milliseconds of the time that are spent since the work began; default: all that have gone by. */
  readonly spent?: () => number;
  /** What the work is rejected with when its time is up. */
  readonly late: () => Error;
}

/**
 * Runs work that its caller and the clock can end, by the controller that it
 * gets. Rejects with the caller's reason or `late()` where those ended it,
 * whatever the work itself made of that.
 */
export async function withinTime<T>(
  { signal, timeoutMs, late, spent }: TimeLimit,
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
  const judge = (): void => {
    const left = timeoutMs - (spent?.() ?? timeoutMs);
    if (left > 0) {
      timer = setTimeout(judge, left);
    } else {
      cutOff(late());
    }
  };
  let timer = setTimeout(judge, timeoutMs);
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
