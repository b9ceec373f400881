import { expect, it } from "vitest";
import { requestLimits } from "./request-limits.ts";

it.each([
  [1, 24, 6],
  [2, 24, 6],
  [8, 24, 6],
  [12, 24, 4],
  [25, 24, 2],
  [100, 6, 2],
  [300, 2, 2],
  [1000, 2, 2],
])("lets %d clusters have %d requests each at a time, over %d connections at first", (clusters, each, first) => {
  expect(requestLimits({ timeoutMs: 300_000 }, clusters)).toMatchObject({
    concurrency: each,
    concurrencyAtFirst: first,
  });
});

it("waits for no request longer than a step may take", () => {
  expect(requestLimits({ timeoutMs: 4000 }, 1)).toMatchObject({ requestTimeoutMs: 4000, retryBudgetMs: 4000 });
  expect(requestLimits({ timeoutMs: 300_000 }, 1)).toMatchObject({ requestTimeoutMs: 30_000, retryBudgetMs: 10_000 });
});
