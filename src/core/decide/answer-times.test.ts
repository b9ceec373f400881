import { describe, expect, it } from "vitest";
import type { LookedTries } from "./answer-times.ts";
import { countAnswerTimes, isAbandoned } from "./answer-times.ts";
import type { TryCounts } from "./error-gate.ts";
import { countTries, judgeGate, setGate } from "./error-gate.ts";

const limitMs = 300;
const quiet: LookedTries = { inTime: 0, late: 0, timedOut: 0, begun: 0, open: 0, elapsedMs: 2000 };

/** What all looks give to the gate together. */
function countAll(looks: readonly Partial<LookedTries>[]): TryCounts {
  let waiting = 0;
  const sum = { answered: 0, failed: 0 };
  for (const look of looks) {
    const counted = countAnswerTimes(waiting, { ...quiet, ...look }, limitMs);
    ({ waiting } = counted);
    sum.answered += counted.tries.answered;
    sum.failed += counted.tries.failed;
  }
  return sum;
}

describe("how long answers of a version take, in a look", () => {
  it("is how many were in time; late ones and time-outs are not", () => {
    expect(countAll([{ inTime: 90, late: 3, timedOut: 7, begun: 100 }])).toEqual({ answered: 90, failed: 10 });
  });

  it("does not hold against a version what has just begun", () => {
    expect(
      countAll([
        { begun: 100, open: 10 },
        { inTime: 190, begun: 100 },
      ]),
    ).toEqual({ answered: 190, failed: 0 });
  });

  it("counts what waits for longer, once", () => {
    const waits = [20, 40, 60, 60, 30].map((open) => ({ inTime: 80, begun: 100, open }));
    expect(countAll(waits)).toEqual({ answered: 400, failed: 45 });
  });

  it("counts what is open when nobody asks any more", () => {
    expect(countAll([{ begun: 100, open: 4 }, { open: 4 }, { open: 4 }])).toEqual({ answered: 0, failed: 4 });
  });
});

describe("clients that leave before the answer", () => {
  it("leave nothing to be said of a version whose clients leave more often than others", () => {
    expect(isAbandoned({ begun: 200, left: 20 }, { begun: 1000, left: 0 })).toBe(true);
    expect(isAbandoned({ begun: 200, left: 20 }, { begun: 1000, left: 30 })).toBe(true);
    expect(isAbandoned({ begun: 200, left: 20 }, { begun: 0, left: 0 })).toBe(true);
  });

  it("do so everywhere, or now and then", () => {
    expect(isAbandoned({ begun: 200, left: 6 }, { begun: 1000, left: 30 })).toBe(false);
    expect(isAbandoned({ begun: 2000, left: 20 }, { begun: 1000, left: 0 })).toBe(false);
    expect(isAbandoned({ begun: 20, left: 4 }, { begun: 1000, left: 0 })).toBe(false);
  });
});

/** Numbers from 0 to 1 that are the same in every run (Numerical Recipes' linear congruential generator). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** After how many answers a version is stopped of which this share is late; undefined when it is not within `most`. */
function stoppedAfter(
  late: number,
  most: number,
  { seed, each }: { readonly seed: number; readonly each: number },
): number | undefined {
  const next = chance(seed);
  // Four steps, and failures are judged beside the times.
  let gate = setGate(0.01, 8);
  for (let answers = each; answers <= most; answers += each) {
    const slow = Array.from({ length: each }, next).filter((one) => one < late).length;
    const look = { ...quiet, inTime: each - slow, late: slow, begun: each };
    gate = countTries(gate, { v2: countAnswerTimes(0, look, limitMs).tries });
    if (judgeGate(gate, ["v2"]).kind === "exceeds") {
      return answers;
    }
  }
  return undefined;
}

describe("a 99th percentile that may be 300 ms, in a shift of four steps that goes by failures too", () => {
  const runs = (late: number, most: number, count: number, each = 20): readonly (number | undefined)[] =>
    Array.from({ length: count }, (_, run) => stoppedAfter(late, most, { seed: run * 7919 + 17, each }));

  it("stops at most 1 in 800 of versions in a step by chance, also where it is 300 ms exactly", () => {
    expect(runs(0.002, 2000, 400, 100).filter((one) => one !== undefined).length).toBeLessThanOrEqual(1);
    expect(runs(0.01, 2000, 400, 100).filter((one) => one !== undefined).length).toBeLessThanOrEqual(1);
  });

  it("finds one whose 95th percentile is that much within 500 answers in 95 of 100 runs", () => {
    expect(runs(0.05, 500, 400).filter((one) => one !== undefined).length).toBeGreaterThanOrEqual(380);
  });

  it("finds one that takes so long always at the first look", () => {
    expect(runs(1, 100, 10)).toEqual(Array.from({ length: 10 }, () => 20));
  });
});
