import { existsSync } from "node:fs";
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

it("leaves no test file out for two days", () => {
  expect(alternating.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  const [today, tomorrow] = [leftOutToday([], 0), leftOutToday([], day)];
  expect([...today, ...tomorrow].toSorted()).toEqual([...alternating].toSorted());
  expect(today.length).toBe(tomorrow.length);
});

it("takes every file that is named", () => {
  expect(leftOutToday(["run", "--project=e2e", "test/e2e/70-export.test.ts"], 0)).toEqual([]);
  expect(leftOutToday(["run", "--project=e2e"], 0)).not.toEqual([]);
});
