import { describe, expect, it } from "vitest";
import type { ErrorGate, TryCounts } from "./error-gate.ts";
import { countTries, judgeGate, setGate, standingOf, sureTries } from "./error-gate.ts";

/** Numbers from 0 to 1 that are the same in every run (Numerical Recipes' linear congruential generator). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A look of so many tries, of which this share fails. */
function look(tries: number, share: number, next: () => number): TryCounts {
  let failed = 0;
  for (let index = 0; index < tries; index += 1) {
    failed += next() < share ? 1 : 0;
  }
  return { answered: tries - failed, failed };
}

/** After how many tries a version is stopped that fails so often; undefined when it is not within `most`. */
function stoppedAfter(
  share: number,
  most: number,
  next: () => number,
  { from = setGate(0.01, 4), each = 10 }: { readonly from?: ErrorGate; readonly each?: number } = {},
): number | undefined {
  let gate = from;
  for (let tries = each; tries <= most; tries += each) {
    gate = countTries(gate, { v2: look(each, share, next) });
    if (judgeGate(gate, ["v2"]).kind === "exceeds") {
      return tries;
    }
  }
  return undefined;
}

const runs = (share: number, most: number, count: number, each = 10): readonly (number | undefined)[] =>
  Array.from({ length: count }, (_, run) => stoppedAfter(share, most, chance(run * 7919 + 17), { each }));

describe("a limit of 1 % of failures, in a shift of four steps", () => {
  it("stops at most 1 in 400 of a thousand good versions in a step by chance, also of those at the limit", () => {
    expect(runs(0.005, 2000, 1000, 50).filter((one) => one !== undefined).length).toBeLessThanOrEqual(3);
    expect(runs(0.01, 2000, 1000, 50).filter((one) => one !== undefined).length).toBeLessThanOrEqual(3);
  });

  it("catches 5 % of failures within 400 tries in 95 of 100 runs", () => {
    const caught = runs(0.05, 400, 1000).filter((one) => one !== undefined);
    expect(caught.length).toBeGreaterThanOrEqual(950);
  });

  it("catches a version that breaks in the middle of a step, after a while", () => {
    let good = setGate(0.01, 4);
    for (let looks = 0; looks < 50; looks += 1) {
      good = countTries(good, { v2: { answered: 200, failed: 1 } });
    }
    const caught = Array.from({ length: 300 }, (_, run) =>
      stoppedAfter(0.05, 1000, chance(run * 104_729 + 5), { from: good }),
    ).filter((one) => one !== undefined);
    expect(caught.length).toBeGreaterThanOrEqual(285);
  });

  it("catches a version that fails always at the first look", () => {
    expect(runs(1, 100, 10)).toEqual(Array.from({ length: 10 }, () => 10));
  });
});

describe("the verdict", () => {
  const gate = (counts: Parameters<typeof countTries>[1], from: ErrorGate = setGate(0.01, 1)): ErrorGate =>
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

  it("is told by version: few tries show little, and nothing is said of those that were not shifted but that they fail", () => {
    const all = gate({ v1: good, v2: { answered: 12, failed: 0 }, v3: bad, v4: bad, v5: good });
    const raised = ["v2", "v3", "v5", "v6"];
    expect(sureTries(0.01)).toBe(299);
    expect(["v1", "v2", "v3", "v4", "v5", "v6"].map((name) => standingOf(all, name, raised))).toEqual([
      "beside",
      "few",
      "fails",
      "fails",
      "good",
      "unseen",
    ]);
  });
});
