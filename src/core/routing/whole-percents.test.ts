import fc from "fast-check";
import { expect, it } from "vitest";
import { wholePercents } from "./whole-percents.ts";

it("gives what rounding loses to the largest remainders, of equal ones to the first", () => {
  expect(wholePercents([33.4, 33.3, 33.3])).toEqual([34, 33, 33]);
  expect(wholePercents([12.5, 87.5])).toEqual([13, 87]);
  expect(wholePercents([70, 30])).toEqual([70, 30]);
});

it("sums up to 100, each less than one percent off", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 }), (parts) => {
      const total = parts.reduce((sum, one) => sum + one, 0);
      fc.pre(total > 0);
      const exact = parts.map((one) => (one * 100) / total);
      const whole = wholePercents(exact);
      expect(whole.reduce((sum, one) => sum + one, 0)).toBe(100);
      expect(whole.every((one, index) => Math.abs(one - (exact[index] ?? 0)) < 1)).toBe(true);
    }),
  );
});
