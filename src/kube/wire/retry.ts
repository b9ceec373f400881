import { setTimeout as pause } from "node:timers/promises";

/** One try: a result that counts, or a reason to try again. `afterMs` = the server said how long to wait. */
export type Attempt<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "again"; readonly afterMs?: number; readonly giveUp: () => T };

const firstPauseMs = 100;
const longestPauseMs = 3000;

/**
 * Tries until an attempt is done or the budget is used up, with jittered
 * exponential pauses; then `giveUp()` of the last attempt gives the result (or
 * throws). A pause that the server asked for and that exceeds the budget ends
 * it at once. Rejects with the signal's reason.
 */
export async function retryWithin<T>(
  budgetMs: number,
  signal: AbortSignal,
  attempt: () => Promise<Attempt<T>>,
): Promise<T> {
  const deadline = Date.now() + budgetMs;
  for (let tries = 0; ; tries += 1) {
    const outcome = await attempt();
    if (outcome.kind === "done") {
      return outcome.value;
    }
    const backoff = Math.min(longestPauseMs, firstPauseMs * 2 ** tries) * (0.5 + Math.random() / 2);
    const wait = outcome.afterMs ?? backoff;
    if (Date.now() + wait > deadline) {
      return outcome.giveUp();
    }
    try {
      await pause(wait, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }
}
