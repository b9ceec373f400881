import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binomialTest, clopperPearson, judgeWeights } from "./weights.ts";

describe("the exact binomial test", () => {
  // Reference values: the same sum over exact integers, in Python with math.comb.
  const table: readonly [string, number, number, number, number][] = [
    ["agrees fully with the expected count", 40, 400, 0.1, 1],
    ["finds 14 heads of 20 tosses unremarkable", 14, 20, 0.5, 0.11531829833984375],
    ["finds 60 of 400 at 10 % hard to believe", 60, 400, 0.1, 0.001491157840956401],
    ["gives no doubt to zero of zero share", 0, 400, 0, 1],
    ["gives no chance to one answer of a version with weight zero", 1, 400, 0, 0],
    ["gives no chance to a miss at weight hundred", 399, 400, 1, 0],
  ];
  it.each(table)("%s", (_name, successes, trials, share, expected) => {
    expect(binomialTest(successes, trials, share)).toBeCloseTo(expected, 3);
  });
});

describe("the interval", () => {
  it("holds the measured share, within 0 and 1, and shrinks with more requests", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, part) => {
        const successes = Math.round(trials * part);
        const [low, high] = clopperPearson(successes, trials, 0.001);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(successes / trials);
        expect(high).toBeGreaterThanOrEqual(successes / trials);
        const [wideLow, wideHigh] = clopperPearson(successes * 4, trials * 4, 0.001);
        expect(wideHigh - wideLow).toBeLessThanOrEqual(high - low + 1e-9);
      }),
      { numRuns: 50 },
    );
  });

  it("is that of the textbook for 40 of 400 at 95 %", () => {
    const [low, high] = clopperPearson(40, 400, 0.05);
    expect(low).toBeCloseTo(0.0724, 3);
    expect(high).toBeCloseTo(0.1337, 3);
  });
});

describe("weights", () => {
  it("agree when the split is the asked one", () => {
    const verdicts = judgeWeights(
      [
        { version: "v1", answers: 43, asked: 10 },
        { version: "v2", answers: 357, asked: 90 },
      ],
      0.001,
    );
    expect(verdicts.map((one) => one.agrees)).toEqual([true, true]);
  });

  it("do not agree when only the local version answers", () => {
    const verdicts = judgeWeights(
      [
        { version: "v1", answers: 400, asked: 10 },
        { version: "v2", answers: 0, asked: 90 },
      ],
      0.001,
    );
    expect(verdicts.map((one) => one.agrees)).toEqual([false, false]);
  });

  it("do not agree when nothing was measured", () => {
    expect(judgeWeights([{ version: "v1", answers: 0, asked: 100 }], 0.001)[0]?.agrees).toBe(false);
  });

  it("are of all requests: those of which the version is not known can be anybody's", () => {
    const verdictsOf = (answers: readonly number[], unattributed: number) =>
      judgeWeights(
        answers.map((count, index) => ({ version: `v${index}`, answers: count, asked: index === 0 ? 90 : 10 })),
        0.001,
        unattributed,
      );
    // v1 has no endpoint, and its tenth of the requests failed: the weights are not what is wrong.
    expect(verdictsOf([360, 0], 40).map((one) => [one.measured, one.verdict])).toEqual([
      [0.9, "open"],
      [0, "open"],
    ]);
    expect(verdictsOf([200, 160], 40).map((one) => one.verdict)).toEqual(["differs", "differs"]);
    expect(verdictsOf([0, 0], 400).map((one) => one.verdict)).toEqual(["open", "open"]);
    expect(verdictsOf([0, 0], 0).map((one) => one.verdict)).toEqual(["open", "open"]);
  });
});
