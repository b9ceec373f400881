import { expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { parseErrorRate, parseSteps } from "./parse-shift-gate.ts";

it.each([
  ["1%", 0.01],
  ["0.5%", 0.005],
  ["2", 0.02],
])("reads %s as a share", (text, share) => {
  expect(parseErrorRate(text)).toBeCloseTo(share);
});

it.each(["0", "0%", "100%", "much", "-1", "1e1", ""])("refuses %s for a share", (text) => {
  expect(() => parseErrorRate(text)).toThrow(UserError);
});

it("reads parts of the way, which rise to 100 at most", () => {
  expect(parseSteps(["1", "5%", "25", "100"])).toEqual([1, 5, 25, 100]);
});

it.each([["10,5"], ["10,10"], ["0,10"], ["10,200"], ["a"], [""]])("refuses %s for steps", (text) => {
  expect(() => parseSteps(text.split(","))).toThrow(UserError);
});
