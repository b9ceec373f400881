import { expect, it } from "vitest";
import { parseQuantity } from "./quantity.ts";

it.each([
  ["500m", 0.5],
  ["1Gi", 1_073_741_824],
  ["2k", 2000],
  ["1e3", 1000],
  ["-1", -1],
  [".5", 0.5],
  ["12", 12],
  ["1Gb", undefined],
  ["", undefined],
  ["many", undefined],
])("%s is %s", (text, expected) => {
  expect(parseQuantity(text)).toBe(expected);
});
