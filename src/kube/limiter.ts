/** Lets at most `size` pieces of work run at a time; the others wait in order. */
export interface Limiter {
  /** Runs `work` when it is its turn. Rejects with the signal's reason while waiting. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

/** A limiter for `size` at a time. */
export function createLimiter(size: number): Limiter {
  const waiting: (() => void)[] = [];
  let free = size;

  const enter = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const proceed = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(proceed), 1);
        reject(signal.reason);
      };
      waiting.push(proceed);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  };

  return {
    async run(signal, work) {
      await enter(signal);
      try {
        return await work();
      } finally {
        // The place goes straight to the next in line, so that nobody can slip in between.
        const next = waiting.shift();
        if (next === undefined) {
          free += 1;
        } else {
          next();
        }
      }
    },
  };
}
