import { beforeAll, expect, it } from "vitest";
import { recordBesideAnalyze } from "./beside-analyze.ts";
import { check, expectClean, standMesh } from "./standing-mesh.ts";

beforeAll(async () => {
  await standMesh();
  await expectClean();
});

it("raises no false alarm on a healthy mesh in twenty runs", async () => {
  const reports: Awaited<ReturnType<typeof check>>[] = [];
  // Four at a time: a machine of two cores, and each run opens some twenty tunnels.
  for (let round = 0; round < 5; round += 1) {
    reports.push(...(await Promise.all(Array.from({ length: 4 }, async () => check()))));
  }
  expect(reports).toHaveLength(20);
  expect(reports.flatMap((report) => report.causes)).toEqual([]);
  expect(reports.map((report) => report.code)).toEqual(reports.map(() => 0));
  await recordBesideAnalyze([]);
});
