import { beforeAll, expect, it } from "vitest";
import { recordBesideAnalyze, recordVariable } from "./beside-analyze.ts";
import { check, headOf, standMesh } from "./mesh.ts";
import { faults, faultsOfToday } from "./table/all.ts";
import { tryFault } from "./try-fault.ts";

let file = "";

beforeAll(async () => {
  file = await standMesh();
});

it("raises no false alarm on a healthy mesh in six checks", async () => {
  const reports = [await check(file)];
  // Side by side, as people of one team run them.
  reports.push(...(await Promise.all(Array.from({ length: 5 }, async () => check(file)))));
  expect(reports.map((one) => headOf(one.causes))).toEqual(reports.map(() => []));
  await recordBesideAnalyze([]);
});

// Beside istioctl analyze, whose page is about all of them, no part is enough.
const chosen = process.env[recordVariable] === undefined ? faultsOfToday() : faults;

it.each(chosen)("names the cause: $what", async (fault) => tryFault(fault, file, { prove: false }));
