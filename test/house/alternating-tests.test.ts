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

const files = [...new Set(alternating.flat())];

it("takes every file within as many days as there are lists, and no other than those of the day's list", () => {
  expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  const taken = alternating.map((_, one) => {
    const left = leftOutToday([], one * day);
    return files.filter((file) => !left.includes(file));
  });
  expect(taken.map((one) => one.toSorted())).toEqual(alternating.map((one) => one.toSorted()));
  expect(leftOutToday([], alternating.length * day)).toEqual(leftOutToday([], 0));
});

it("has the sandbox of Rancher on some days, and then nothing else that only a sandbox shows", () => {
  const sandboxes = alternating.map((list) => [
    list.some((file) => file.startsWith("test/rancher/")),
    list.some((file) => /^test\/(e2e|faults)\//.test(file)),
  ]);
  expect(sandboxes.filter(([rancher, other]) => rancher === other)).toEqual([]);
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
