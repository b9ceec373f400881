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
  /** The shortest of those that have ended since, in milliseconds. */
  shortestMs: number;
  readonly load: ReturnType<typeof performance.eventLoopUtilization>;
}

/** The part of the patience in which the event loop has to have had nothing to do, between 0 and 1. */
const idlePart = 0.5;

/** What takes longer than this, in milliseconds, waits for a way to a server and not for a server that is near. */
const farMs = 15;

/** Whether the event loop has had nothing to do for so many milliseconds, all in all. */
function wasIdle({ load }: Standstill, milliseconds: number): boolean {
  return performance.eventLoopUtilization(load).idle >= milliseconds;
}

function beginStandstill(ended: number): Standstill {
  return { ended, shortestMs: Number.POSITIVE_INFINITY, load: performance.eventLoopUtilization() };
}

/** Whether what ends takes long each time, or nothing has ended. */
function isFar(then: Standstill, ended: number): boolean {
  return ended === then.ended || then.shortestMs > farMs;
}

function noteEnd(standstill: Standstill | undefined, tookMs: number): void {
  if (standstill !== undefined) {
    standstill.shortestMs = Math.min(standstill.shortestMs, tookMs);
  }
}

/** A limiter for `size` at a time. */
export function createLimiter(size: number): Limiter {
  return createWarmingLimiter({ first: size, most: size, patienceMs: 0 });
}

/**
 * A limiter for requests over connections that have to be opened. A TLS
 * handshake costs both sides more than most requests do, so that a burst to a
 * server that answers at once is fastest over a few connections, and one to a
 * server far away over many. `first` pieces of work run at a time; whenever
 * some wait and within `patienceMs` none has ended, or each that has was under
 * way for more than 15 ms, the number doubles, up to `most`. It does not shrink: the connections are there then. Time counts in
 * which this process could have read an answer, at least half of `patienceMs`:
 * one that is busy, with a fleet of clusters above all, is itself what is
 * waited for, and further handshakes would only keep it busier.
 */
export function createWarmingLimiter({ first, most, patienceMs }: WarmingLimits): Limiter {
  const waiting: (() => void)[] = [];
  let places = Math.min(first, most);
  let running = 0;
  let ended = 0;
  let timer: NodeJS.Timeout | undefined;
  let since: Standstill | undefined;

  function watchForStandstill(): void {
    if (waiting.length === 0 || places >= most) {
      clearTimeout(timer);
      timer = undefined;
    } else {
      since ??= beginStandstill(ended);
      timer ??= setTimeout(judge, patienceMs, since);
    }
  }

  function judge(then: Standstill): void {
    // Answers that came while this process was busy are read first: they are no standstill.
    setImmediate(() => {
      timer = undefined;
      const widens = waiting.length > 0 && isFar(then, ended) && wasIdle(then, patienceMs * idlePart);
      places = widens ? Math.min(places * 2, most) : places;
      since = widens || ended !== then.ended ? undefined : since;
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
      const began = performance.now();
      try {
        return await work();
      } finally {
        running -= 1;
        ended += 1;
        noteEnd(since, performance.now() - began);
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
