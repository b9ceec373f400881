import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { alternating, leftOutToday } from "../files-of-today.ts";
import { root } from "./tracked-files.ts";

const day = 86_400_000;

beforeEach(() => {
  // A run of all files is one of this test too.
  vi.stubEnv("ISTHMUS_TESTS", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const files = alternating.flat();

it("takes every file within as many days as there are lists, and each on one of them", () => {
  expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  const taken = alternating.map((_, one) => {
    const left = leftOutToday([], one * day);
    return files.filter((file) => !left.includes(file));
  });
  expect(taken.flat().toSorted()).toEqual(files.toSorted());
  expect(taken.map((one) => one.length)).toEqual(alternating.map((one) => one.length));
  expect(leftOutToday([], alternating.length * day)).toEqual(leftOutToday([], 0));
});

it("alternates cases within a file by another number of days, so that all of them come", () => {
  const parts = [...files, "test/wire/kill-at-writes.ts"].flatMap((file) =>
    [...readFileSync(path.join(root, file), "utf8").matchAll(/partOfToday\([^;]*?,\s*(\d+),?\s*\)/g)].map(([, count]) =>
      Number(count),
    ),
  );
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.filter((count) => gcd(count, alternating.length) !== 1)).toEqual([]);
});

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

it("takes every file that is named", () => {
  expect(leftOutToday(["run", "--project=e2e", "test/e2e/70-export.test.ts"], 0)).toEqual([]);
  expect(leftOutToday(["run", "--project=e2e"], 0)).not.toEqual([]);
});
