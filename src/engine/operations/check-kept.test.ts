import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { healthyFacts, withCluster } from "../../core/testing/healthy-facts.ts";
import { checkKept, writeFacts } from "./check.ts";

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-kept-"));
  file = path.join(folder, "facts.json");
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it("judges kept facts as they were when they were taken", async () => {
  await writeFacts(file, healthyFacts());
  const { facts, report } = await checkKept(file, { pre: false });
  expect(facts).toEqual(healthyFacts());
  expect(report).toMatchObject({ ok: true, causes: [] });
});

it("judges the selected cluster only", async () => {
  await writeFacts(
    file,
    withCluster("east", ({ istiod }) => ({ istiod: { ...istiod, ready: 0 } })),
  );
  expect((await checkKept(file, { pre: false, cluster: "west" })).report.causes).toEqual([]);
  expect((await checkKept(file, { pre: false, cluster: "east" })).report.causes).toMatchObject([{ cluster: "east" }]);
});

it("refuses a cluster that the facts do not have, with the name that is near", async () => {
  await writeFacts(file, healthyFacts());
  await expect(checkKept(file, { pre: false, cluster: "wets" })).rejects.toMatchObject({
    exitCode: 64,
    diagnostics: [{ code: "ISM050", fix: "Did you mean west?" }],
  });
});
