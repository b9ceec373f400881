import { rmSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { freshFolder, isthmus, meshFile, patchWeights } from "./world.ts";

const into = freshFolder();
const file = path.join(into, "sandbox.plan");
afterAll(() => rmSync(into, { recursive: true }));

async function setFirstWeight(weight: number): Promise<void> {
  const ran = await patchWeights("west", weight);
  expect(ran.err).toBe("");
}

it("refuses a saved plan when somebody has changed what it changes, and names them", async () => {
  await setFirstWeight(11);
  const saved = await isthmus(["plan", "-f", meshFile(), "--force-conflicts", "--out", file]);
  expect(saved.err).toContain("Saved.");
  await setFirstWeight(12);
  const ran = await isthmus(["apply", file, "--yes"]);
  expect(ran.code).toBe(75);
  expect(ran.err.replaceAll(/\s+/g, " ")).toMatch(
    /ISM309.*VirtualService sample\/helloworld on west has changed since .* written last by kubectl-patch at 2/,
  );
});

it("does a saved plan, once", async () => {
  await isthmus(["plan", "-f", meshFile(), "--force-conflicts", "--out", file]);
  const ran = await isthmus(["apply", file, "--yes"]);
  expect(ran.out).toContain("1 applied");
  expect(ran.code).toBe(0);
  expect((await isthmus(["plan", "-f", meshFile(), "--detailed-exitcode"])).code).toBe(0);
  expect((await isthmus(["apply", file, "--yes"])).code).toBe(75);
});
