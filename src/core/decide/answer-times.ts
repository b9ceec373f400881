import type { TryCounts } from "./error-gate.ts";

/** What was counted of a version's tries in one look. */
export interface LookedTries {
  /** Answers that took less than the limit. */
  readonly inTime: number;
  /** Answers that took as long or longer. */
  readonly late: number;
  /** Tries that a time-out ended. */
  readonly timedOut: number;
  /** Tries that began. */
  readonly begun: number;
  /** Tries of which the answer's head has come, or that have failed. */
  readonly ended: number;
  /** Since the look before. */
  readonly elapsedMs: number;
}

/** What is known of a version's tries without an answer since a step began. */
export interface Unanswered {
  /** Tries that began, less those that ended. */
  readonly open: number;
  /** The most of them that were open for longer than the limit. */
  readonly late: number;
}

export const noneUnanswered: Unanswered = { open: 0, late: 0 };

/**
 * One look at how long a version's answers take, as tries for a gate: those in
 * time, and as failed those that took as long as the limit or longer, that a
 * time-out ended, and that had no answer for so long. The last are seen by
 * their number only: what began and has no answer, less what may have begun
 * within the limit, at the pace of this look. A client that gives up before
 * the answer leaves its try among them.
 */
export function countAnswerTimes(
  before: Unanswered,
  look: LookedTries,
  limitMs: number,
): { readonly unanswered: Unanswered; readonly tries: TryCounts } {
  const open = before.open + look.begun - look.ended;
  const young = look.elapsedMs <= 0 ? look.begun : (look.begun * limitMs) / look.elapsedMs;
  const late = Math.max(before.late, Math.floor(open - young));
  return {
    unanswered: { open, late },
    tries: { answered: look.inTime, failed: look.late + look.timedOut + late - before.late },
  };
}

/** `300 ms`, `1.5 s`. */
export function describeLimit(limitMs: number): string {
  return limitMs < 1000 ? `${limitMs} ms` : `${limitMs / 1000} s`;
}

/**
 * Whether gateways can divide answers at this limit: they count them in bins of
 * two decimal digits, so that one between two bins would be late or not by
 * chance (https://github.com/openhistogram/libcircllhist).
 */
export function isMeasurable(limitMs: number): boolean {
  return limitMs >= 1 && Number(limitMs.toPrecision(2)) === limitMs;
}
