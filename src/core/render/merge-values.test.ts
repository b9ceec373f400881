import { expect, it } from "vitest";
import { mergeValues } from "./merge-values.ts";

it("merges maps key by key and lets the later layer win everywhere else", () => {
  expect(mergeValues({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] } }, { a: { b: 2 }, e: null })).toEqual({
    a: { b: 2, c: [3] },
    d: 1,
    e: null,
  });
});
