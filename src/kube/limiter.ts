import { performance } from "node:perf_hooks";

/** Lets at most some pieces of work run at a time; the others wait in order. */
export interface Limiter {
  /** Runs `work` when it is its turn. Rejects with the signal's reason while waiting. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

export interface WarmingLimits {
  /** At a time, to begin with. */
  readonly first: number;
  /** At a time, at most. */
  readonly most: number;
  /** How long nothing has to end before more begin, in milliseconds. */
  readonly patienceMs: number;
}

/** How things were when a standstill began to be watched for. */
interface Standstill {
  /** Pieces of work that had ended. */
  readonly ended: number;
  readonly load: ReturnType<typeof performance.eventLoopUtilization>;
}

/** The part of the time that the event loop had work, between 0 and 1, from which on this process holds things up. */
const mostBusy = 0.5;

/** A limiter for `size` at a time. */
export function createLimiter(size: number): Limiter {
  return createWarmingLimiter({ first: size, most: size, patienceMs: 0 });
}

/**
 * A limiter for requests over connections that have to be opened. A TLS
 * handshake costs both sides more than most requests do, so that a burst to a
 * server that answers at once is fastest over a few connections, and one to a
 * server far away over many. `first` pieces of work run at a time; whenever
 * some wait and none has ended for `patienceMs`, the number doubles, up to
 * `most`. It does not shrink: the connections are there then. A process that
 * was busy for most of that time is itself what is waited for, with a fleet of
 * clusters above all: further handshakes would only keep it busier.
 */
export function createWarmingLimiter({ first, most, patienceMs }: WarmingLimits): Limiter {
  const waiting: (() => void)[] = [];
  let places = Math.min(first, most);
  let running = 0;
  let ended = 0;
  let timer: NodeJS.Timeout | undefined;

  function watchForStandstill(): void {
    if (waiting.length === 0 || places >= most) {
      clearTimeout(timer);
      timer = undefined;
    } else {
      timer ??= setTimeout(judge, patienceMs, { ended, load: performance.eventLoopUtilization() });
    }
  }

  function judge(then: Standstill): void {
    // Answers that came while this process was busy are read first: they are no standstill.
    setImmediate(() => {
      timer = undefined;
      const busy = performance.eventLoopUtilization(then.load).utilization;
      if (waiting.length > 0 && ended === then.ended && busy < mostBusy) {
        places = Math.min(places * 2, most);
      }
      fill();
    });
  }

  /** A place goes straight to the next in line, so that nobody can slip in between. */
  function fill(): void {
    while (running < places && waiting.length > 0) {
      running += 1;
      waiting.shift()?.();
    }
    watchForStandstill();
  }

  return {
    async run(signal, work) {
      signal.throwIfAborted();
      const turn = waitInLine(waiting, signal);
      fill();
      await turn.finally(watchForStandstill);
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

/** Resolves when it is called from the line, which it leaves when the signal aborts. */
async function waitInLine(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
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
}
