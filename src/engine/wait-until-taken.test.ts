import { describe, expect, it } from "vitest";
import type { ProxyState } from "./facts/proxy-states.ts";
import { watchRefusals } from "./wait-until-taken.ts";

const state = (nonce: string | undefined): ProxyState => ({
  proxy: "gateway-1.istio-system",
  istiod: "istiod-1",
  pending: [],
  refused: nonce === undefined ? [] : [{ type: "RDS", nonce, words: "no" }],
});

/** At which of these milliseconds a refusal is judged final, given the nonce that is refused at each. */
function judged(polls: readonly (readonly [at: number, nonce: string | undefined])[]): readonly number[] {
  let now = 0;
  const watch = watchRefusals(0, () => now);
  return polls.flatMap(([at, nonce]) => {
    now = at;
    return watch([state(nonce)]).length > 0 ? [at] : [];
  });
}

describe("a refusal of a proxy", () => {
  it("is final when it came after the change and has lasted a second", () => {
    expect(
      judged([
        [0, undefined],
        [100, "b"],
        [1000, "b"],
        [1100, "b"],
      ]),
    ).toEqual([1100]);
  });

  it("of an older push gets five seconds, in which the change may heal it", () => {
    expect(
      judged([
        [0, "a"],
        [1500, "a"],
        [4900, "a"],
        [5000, "a"],
      ]),
    ).toEqual([5000]);
    expect(
      judged([
        [0, "a"],
        [200, undefined],
        [6000, undefined],
      ]),
    ).toEqual([]);
  });

  it("that was repeated for the push of the change is final after a second", () => {
    expect(
      judged([
        [0, "a"],
        [200, "b"],
        [1200, "b"],
      ]),
    ).toEqual([1200]);
  });

  it("that the next push healed begins anew", () => {
    expect(
      judged([
        [0, undefined],
        [100, "b"],
        [900, undefined],
        [1000, "b"],
        [1900, "b"],
        [2000, "b"],
      ]),
    ).toEqual([2000]);
  });
});
