import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { divideQuantity } from "./quantity.ts";

describe("a part of a quantity", () => {
  it.each([
    ["12000m", 2, "6000m"],
    ["12000Mi", 2, "6000Mi"],
    ["1", 2, "500m"],
    ["7m", 2, "3m"],
    ["1Gi", 3, "357913941"],
    ["1.5Gi", 2, "805306368"],
    ["10", 1, "10"],
    ["3k", 2, "1500"],
  ])("of %s by %i is %s", (quantity, parts, expected) => {
    expect(divideQuantity(quantity, parts)).toBe(expected);
  });

  it("adds up to no more than the whole", () => {
    const inUnits = (text: string): number => {
      const [, digits = "", suffix = ""] = /^([\d.]+)([A-Za-z]*)$/.exec(text) ?? [];
      const factor = { "": 1, m: 0.001, Mi: 2 ** 20, Gi: 2 ** 30, k: 1000 }[suffix] ?? Number.NaN;
      return Number(digits) * factor;
    };
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.constantFrom("", "m", "Mi", "Gi", "k"),
        fc.integer({ min: 1, max: 30 }),
        (number, suffix, parts) => {
          const whole = `${number}${suffix}`;
          expect(inUnits(divideQuantity(whole, parts)) * parts).toBeLessThanOrEqual(inUnits(whole) * (1 + 1e-9));
        },
      ),
    );
  });
});
