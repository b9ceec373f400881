import { expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { parseShiftGate, parseSteps } from "./parse-shift-gate.ts";

const none = { maxErrorRate: undefined, maxP99: undefined, every: 30_000, allowUnproven: false };

it("is no gate without a limit", () => {
  expect(parseShiftGate(none)).toBeUndefined();
});

it.each([
  ["1%", 0.01],
  ["0.5%", 0.005],
  ["2", 0.02],
])("reads %s as a share", (text, share) => {
  expect(parseShiftGate({ ...none, maxErrorRate: text })?.maxErrorRate).toBeCloseTo(share);
});

it.each(["0", "0%", "100%", "much", "-1", "1e1", ""])("refuses %s for a share", (text) => {
  expect(() => parseShiftGate({ ...none, maxErrorRate: text })).toThrow(UserError);
});

it.each([300, 1.1 * 1000, 0.29 * 1000, 5, 60_000])("takes %d ms for a limit of times", (maxP99) => {
  expect(parseShiftGate({ ...none, maxP99 })?.maxP99Ms).toBeCloseTo(maxP99, 9);
});

it.each([
  [305, "310ms"],
  [1234, "1.3s"],
  [0, "1ms"],
  [0.4, "1ms"],
  [99_500, "100s"],
])("refuses %d ms, between two bins, for a limit of times, and says a next one", (maxP99, next) => {
  const parse = (): unknown => parseShiftGate({ ...none, maxP99 });
  expect(parse).toThrow(UserError);
  expect(parse).toThrow(
    expect.objectContaining({ diagnostics: [expect.objectContaining({ fix: expect.stringContaining(next) })] }),
  );
});

it.each([{ maxErrorRate: "1%" }, { maxP99: 300 }])(
  "refuses a step that is not held, which would judge nothing",
  (limit) => {
    expect(() => parseShiftGate({ ...none, ...limit, every: 0 })).toThrow(UserError);
  },
);

it("reads parts of the way, which rise to 100 at most", () => {
  expect(parseSteps(["1", "5%", "25", "100"])).toEqual([1, 5, 25, 100]);
});

it.each([["10,5"], ["10,10"], ["0,10"], ["10,200"], ["a"], [""]])("refuses %s for steps", (text) => {
  expect(() => parseSteps(text.split(","))).toThrow(UserError);
});
