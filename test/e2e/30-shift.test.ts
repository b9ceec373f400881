import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { isthmus, meshFile, patchWeights } from "./world.ts";

it("shifts both clusters in lockstep, edits only the weights of the file, and proves the new split", async () => {
  const before = `# a comment that stays\n${readFileSync(meshFile(), "utf8")}`;
  writeFileSync(meshFile(), before);
  const ran = await isthmus(["shift", "helloworld", "v1=50", "v2=50", "-f", meshFile(), "--yes"]);
  expect(ran.err + ran.out).toContain("verified");
  expect(ran.code).toBe(0);
  expect(readFileSync(meshFile(), "utf8")).toBe(
    before.replace("weights: { v1: 10, v2: 90 }", "weights: { v1: 50, v2: 50 }"),
  );
});

it("leaves nothing for a plan to change after a shift", async () => {
  expect((await isthmus(["plan", "-f", meshFile(), "--detailed-exitcode"])).code).toBe(0);
});

it("says with exit code 3 which cluster does not obey, when a route was changed by hand", async () => {
  const text = readFileSync(meshFile(), "utf8");
  writeFileSync(meshFile(), text.replace("v1: 50, v2: 50", "v1: 10, v2: 90"));
  const ran = await isthmus(["verify", "-f", meshFile()]);
  expect(ran.code).toBe(3);
  expect(ran.err).toContain("ISM401");
  expect(ran.err).toContain("west");
  expect(ran.err).toContain("east");
});

it("shifts back", async () => {
  const ran = await isthmus(["shift", "helloworld", "v1=10", "v2=90", "-f", meshFile(), "--yes"]);
  expect(ran.code).toBe(0);
});

it("refuses weights that do not sum to 100 and touches neither file nor cluster", async () => {
  const before = readFileSync(meshFile(), "utf8");
  const ran = await isthmus(["shift", "helloworld", "v1=50", "v2=40", "-f", meshFile(), "--yes"]);
  expect(ran.code).toBe(65);
  expect(readFileSync(meshFile(), "utf8")).toBe(before);
});

it("names who changed a weight by hand, and takes it back only when told to", async () => {
  const patched = await patchWeights("west", 70);
  expect(patched.code).toBe(0);
  const refused = await isthmus(["apply", "-f", meshFile(), "--yes"]);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("kubectl-patch");
  expect(refused.err).toContain("--force-conflicts");
  const forced = await isthmus(["apply", "-f", meshFile(), "--yes", "--force-conflicts"]);
  expect(forced.out).toContain("route[0].weight: 70 → 10");
  expect(forced.code).toBe(0);
  expect((await isthmus(["plan", "-f", meshFile(), "--detailed-exitcode"])).code).toBe(0);
});
