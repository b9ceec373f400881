import { tolerateListeners } from "./tolerate-listeners.ts";

/** How long a write that has begun may go on after an interruption, in milliseconds. */
const answerMs = 5000;

/**
 * Runs a write of something that has to be given back (a Lease, a pod, a record) with a signal that
 * fires 5 s after the one given. One that is cut may be carried out all the same, and later than whatever
 * takes it away again. So it can come back as done after an interruption; whoever goes on looks at its own signal.
 * Rejects with the reason of a signal that has fired before.
 */
export async function letEnd<T>(signal: AbortSignal, write: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  tolerateListeners(signal);
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    timer = setTimeout(() => late.abort(signal.reason), answerMs);
  };
  signal.addEventListener("abort", end, { once: true });
  try {
    return await write(late.signal);
  } finally {
    signal.removeEventListener("abort", end);
    clearTimeout(timer);
  }
}
