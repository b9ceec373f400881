import { performance } from "node:perf_hooks";

/** Watches work of which one piece after another comes. */
export interface StandstillWatch {
  /** A piece has come: the time begins anew. */
  readonly came: () => void;
  readonly end: () => void;
}

/** How long nothing has to come before what is missing counts as late, in milliseconds. */
export const lateAfterMs = 2000;

/**
 * Calls `onStandstill` when no piece of work has come for `lateAfterMs`, and
 * again when that is so after a further one. Only time counts in which this
 * process had nothing to do: while it works it is itself what is waited for.
 */
export function watchStandstill(onStandstill: () => void): StandstillWatch {
  let since = performance.eventLoopUtilization();
  const judge = (): void => {
    const left = lateAfterMs - performance.eventLoopUtilization(since).idle;
    if (left > 0) {
      timer = setTimeout(judge, left);
    } else {
      onStandstill();
    }
  };
  let timer = setTimeout(judge, lateAfterMs);
  const end = (): void => clearTimeout(timer);
  const came = (): void => {
    end();
    since = performance.eventLoopUtilization();
    timer = setTimeout(judge, lateAfterMs);
  };
  return { came, end };
}
