import type { Limiter } from "./limiter.ts";

export interface WarmingLimits {
  /** At a time, to begin with. */
  readonly first: number;
  /** At a time, at most. */
  readonly most: number;
  /** How long nothing has to end before more begin, in milliseconds. */
  readonly patienceMs: number;
}

/**
 * A limiter for requests over connections that have to be opened. A TLS
 * handshake costs both sides more than most requests do, so that a burst to a
 * server that answers at once is fastest over a few connections, and one to a
 * server far away over many. `first` pieces of work run at a time; whenever
 * some wait and none has ended for `patienceMs`, the number doubles, up to
 * `most`. It does not shrink: the connections are there then.
 */
export function createWarmingLimiter({ first, most, patienceMs }: WarmingLimits): Limiter {
  const waiting: (() => void)[] = [];
  let places = Math.min(first, most);
  let running = 0;
  let ended = 0;
  let timer: NodeJS.Timeout | undefined;

  const fill = (): void => {
    while (running < places && waiting.length > 0) {
      running += 1;
      waiting.shift()?.();
    }
    watchForStandstill();
  };

  function watchForStandstill(): void {
    if (waiting.length === 0 || places >= most) {
      clearTimeout(timer);
      timer = undefined;
    } else {
      timer ??= setTimeout(judge, patienceMs, ended);
    }
  }

  function judge(endedThen: number): void {
    // Answers that came while this process was busy are read first: they are no standstill.
    setImmediate(() => {
      timer = undefined;
      if (waiting.length > 0 && ended === endedThen) {
        places = Math.min(places * 2, most);
      }
      fill();
    });
  }

  const enter = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (running < places) {
      running += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const proceed = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(proceed), 1);
        watchForStandstill();
        reject(signal.reason);
      };
      waiting.push(proceed);
      signal.addEventListener("abort", giveUp, { once: true });
      watchForStandstill();
    });
  };

  return {
    async run(signal, work) {
      await enter(signal);
      try {
        return await work();
      } finally {
        running -= 1;
        ended += 1;
        fill();
      }
    },
  };
}
