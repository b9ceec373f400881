import { expect, it } from "vitest";
import { quickLimits, requestLimits } from "./request-limits.ts";

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

it("waits for no quick request longer than for a cluster", () => {
  expect(quickLimits({ clusterTimeoutMs: 2000 })).toEqual({
    connectTimeoutMs: 2000,
    requestTimeoutMs: 2000,
    retryBudgetMs: 2000,
  });
  expect(quickLimits({})).toMatchObject({ connectTimeoutMs: 5000, requestTimeoutMs: 30_000 });
});
