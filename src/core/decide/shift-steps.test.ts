import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeWeights, planSteps, planStepsAt } from "./shift-steps.ts";

describe("the steps of a shift", () => {
  it("are the end alone when no step is asked for", () => {
    expect(planSteps({ v1: 10, v2: 90 }, { v1: 50, v2: 50 }, undefined)).toEqual([{ v1: 50, v2: 50 }]);
  });

  it("go evenly to the end", () => {
    expect(planSteps({ v1: 100, v2: 0 }, { v1: 70, v2: 30 }, 10)).toEqual([
      { v1: 90, v2: 10 },
      { v1: 80, v2: 20 },
      { v1: 70, v2: 30 },
    ]);
  });

  it("always sum to 100, never move a version by much more than asked, and end where asked", () => {
    const weights = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })).map(([a, b]) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      return { v1: low, v2: high - low, v3: 100 - high };
    });
    fc.assert(
      fc.property(weights, weights, fc.integer({ min: 1, max: 100 }), (from, to, step) => {
        const steps = planSteps(from, to, step);
        expect(steps.at(-1)).toEqual(to);
        let previous: Readonly<Record<string, number>> = from;
        for (const one of steps) {
          expect(Object.values(one).reduce((sum, value) => sum + value, 0)).toBe(100);
          for (const version of Object.keys(one)) {
            // One percent of slack: weights are whole numbers.
            expect(Math.abs((one[version] ?? 0) - (previous[version] ?? 0))).toBeLessThanOrEqual(step + 1);
          }
          previous = one;
        }
      }),
    );
  });
});

describe("parts of the way", () => {
  it("lie between both ends, and the end comes last whether it is named or not", () => {
    const [from, to] = [
      { v1: 100, v2: 0 },
      { v1: 0, v2: 100 },
    ];
    expect(planStepsAt(from, to, [1, 5, 25]).map(describeWeights)).toEqual([
      "v1=99 v2=1",
      "v1=95 v2=5",
      "v1=75 v2=25",
      "v1=0 v2=100",
    ]);
    expect(planStepsAt(from, to, [50, 100]).map(describeWeights)).toEqual(["v1=50 v2=50", "v1=0 v2=100"]);
  });

  it("are one step where they round to the same weights", () => {
    expect(planStepsAt({ v1: 90, v2: 10 }, { v1: 89, v2: 11 }, [1, 2, 60]).map(describeWeights)).toEqual([
      "v1=89 v2=11",
    ]);
    expect(planStepsAt({ v1: 50, v2: 50 }, { v1: 50, v2: 50 }, [10])).toEqual([{ v1: 50, v2: 50 }]);
  });
});
