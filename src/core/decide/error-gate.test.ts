import { describe, expect, it } from "vitest";
import type { ErrorGate } from "./error-gate.ts";
import { countTries, judgeGate, setGate } from "./error-gate.ts";

/** Numbers from 0 to 1 that are the same in every run (Numerical Recipes' linear congruential generator). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * After how many tries a version that fails so often is stopped; undefined when
 * it is not within `most`. Asked after each failure: what is answered never stops it.
 */
function stoppedAfter(share: number, most: number, next: () => number): number | undefined {
  let gate = setGate(0.01);
  let answered = 0;
  for (let tries = 1; tries <= most; tries += 1) {
    if (next() >= share) {
      answered += 1;
      continue;
    }
    gate = countTries(gate, { v2: { answered, failed: 1 } });
    answered = 0;
    if (judgeGate(gate, ["v2"]).kind === "exceeds") {
      return tries;
    }
  }
  return undefined;
}

const runs = (share: number, most: number, count: number): readonly (number | undefined)[] =>
  Array.from({ length: count }, (_, run) => stoppedAfter(share, most, chance(run * 7919 + 17)));

describe("a limit of 1 % of failures, looked at after every try", () => {
  it("stops at most 1 in 100 of a thousand good versions by chance, also of those at the limit", () => {
    expect(runs(0.005, 3000, 1000).filter((one) => one !== undefined).length).toBeLessThanOrEqual(10);
    expect(runs(0.01, 3000, 1000).filter((one) => one !== undefined).length).toBeLessThanOrEqual(10);
  });

  it("catches 5 % of failures within 400 tries in 95 of 100 runs", () => {
    const caught = runs(0.05, 400, 1000).filter((one) => one !== undefined);
    expect(caught.length).toBeGreaterThanOrEqual(950);
  });

  it("catches a version that fails always within a handful", () => {
    expect(Math.max(...runs(1, 100, 10).map((one) => one ?? Infinity))).toBeLessThanOrEqual(5);
  });
});

describe("the verdict", () => {
  const gate = (counts: Parameters<typeof countTries>[1], from: ErrorGate = setGate(0.01)): ErrorGate =>
    countTries(from, counts);
  const good = { answered: 900, failed: 3 };
  const bad = { answered: 60, failed: 20 };

  it("is that nothing speaks against it", () => {
    expect(judgeGate(gate({ v1: good, v2: good }), ["v2"])).toEqual({ kind: "passes" });
  });

  it("names the versions that fail more than the limit", () => {
    expect(judgeGate(gate({ v1: good, v2: bad, v3: good }), ["v2", "v3"])).toEqual({
      kind: "exceeds",
      versions: ["v2"],
    });
  });

  it("blames no shift for what happens to the other versions in the same minutes", () => {
    expect(judgeGate(gate({ v1: bad, v2: bad }), ["v2"])).toEqual({ kind: "everywhere", versions: ["v2"] });
    expect(judgeGate(gate({ v1: bad, v2: good }), ["v2"])).toEqual({ kind: "passes" });
  });

  it("is no verdict where a version got nothing", () => {
    expect(judgeGate(gate({ v1: good }), ["v2"])).toEqual({ kind: "unseen", versions: ["v2"] });
    expect(judgeGate(gate({ v2: { answered: 0, failed: 0 } }), ["v2"])).toEqual({ kind: "unseen", versions: ["v2"] });
  });

  it("does not depend on how often it is asked", () => {
    const once = gate({ v2: { answered: 30, failed: 4 } });
    const twice = gate({ v2: { answered: 20, failed: 1 } }, gate({ v2: { answered: 10, failed: 3 } }));
    expect(twice.versions["v2"]?.evidence.map((one) => one.toFixed(6))).toEqual(
      once.versions["v2"]?.evidence.map((one) => one.toFixed(6)),
    );
  });
});
