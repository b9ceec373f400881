import { expect, it } from "vitest";
import { onlyWaits, waitingRounds } from "./health-waits.ts";

const hangs = { served: 0, waited: 2 };
const serves = { served: 2, waited: 0 };
const times = <One>(count: number, one: One): readonly One[] => Array.from({ length: count }, () => one);

it("looks at twice as many rounds as take a dead address out, four at least", () => {
  expect([1, 2, 5].map((failures) => waitingRounds({ failures }))).toEqual([4, 4, 10]);
});

it("blames an address at which everything hangs while four of five requests elsewhere are answered", () => {
  expect(onlyWaits(times(4, hangs), times(4, serves), 4)).toBe(true);
  expect(onlyWaits(times(4, hangs), [...times(4, serves), hangs], 4)).toBe(true);
  expect(onlyWaits(times(4, hangs), [...times(4, serves), hangs, hangs], 4)).toBe(false);
});

it("blames none before there are enough rounds, nor where one request was answered, or one place asks alone", () => {
  expect(onlyWaits(times(3, hangs), times(4, serves), 4)).toBe(false);
  expect(onlyWaits([...times(3, hangs), { served: 1, waited: 1 }], times(4, serves), 4)).toBe(false);
  expect(onlyWaits(times(4, { served: 0, waited: 1 }), times(4, serves), 4)).toBe(false);
});

it("blames none where nobody else answers: then nothing tells it from the others", () => {
  expect(onlyWaits(times(4, hangs), [], 4)).toBe(false);
  expect(onlyWaits(times(4, hangs), times(4, hangs), 4)).toBe(false);
  expect(onlyWaits(times(4, hangs), times(1, serves), 4)).toBe(false);
});
