import { expect, it } from "vitest";
import { requestLimits } from "./request-limits.ts";

it.each([
  [1, 24],
  [2, 24],
  [25, 24],
  [100, 6],
  [300, 2],
  [1000, 2],
])("lets %d clusters have %d requests each at a time", (clusters, each) => {
  expect(requestLimits({ timeoutMs: 300_000 }, clusters).concurrency).toBe(each);
});

it("waits for no request longer than a step may take", () => {
  expect(requestLimits({ timeoutMs: 4000 }, 1)).toMatchObject({ requestTimeoutMs: 4000, retryBudgetMs: 4000 });
  expect(requestLimits({ timeoutMs: 300_000 }, 1)).toMatchObject({ requestTimeoutMs: 30_000, retryBudgetMs: 10_000 });
});
