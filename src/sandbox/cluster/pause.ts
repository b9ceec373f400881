import { setTimeout as sleep } from "node:timers/promises";

/** Waits. Rejects at once with the signal's reason when it fires. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    // Node's own AbortError hides why it was aborted.
    signal.throwIfAborted();
    throw error;
  }
}
