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
  /** Tries that are open now, whenever they began. */
  readonly open: number;
  /** Since the look before. */
  readonly elapsedMs: number;
}

/**
 * One look at how long a version's answers take, as tries for a gate: those in
 * time, and as failed those that took as long as the limit or longer, that a
 * time-out ended, and that are open for so long. The last are seen by their
 * number only: what is open now, less what may have begun within the limit, at
 * the pace of this look. `waiting` is the most of them so far in the step, by
 * which nobody is counted twice.
 */
export function countAnswerTimes(
  before: number,
  look: LookedTries,
  limitMs: number,
): { readonly waiting: number; readonly tries: TryCounts } {
  const young = look.elapsedMs <= 0 ? look.begun : (look.begun * limitMs) / look.elapsedMs;
  const waiting = Math.max(before, Math.floor(look.open - young));
  return {
    waiting,
    tries: { answered: look.inTime, failed: look.late + look.timedOut + waiting - before },
  };
}

/** Tries of a version, and those of them that ended without an answer since their client left: how long they would have taken nobody knows. */
export interface LeftTries {
  readonly begun: number;
  readonly left: number;
}

/**
 * Whether too many of a version's clients have left to say what its answers
 * take: more than one of a hundred, and three times as often as those of the
 * other versions, which may have clients that do so for reasons of their own.
 */
export function isAbandoned(version: LeftTries, others: LeftTries): boolean {
  const usual = others.begun === 0 ? 0 : others.left / others.begun;
  return version.left >= fewLeft && version.left > version.begun * Math.max(0.01, 3 * usual);
}

/** Fewer say nothing: a tab is closed, a network is left. */
const fewLeft = 5;

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
