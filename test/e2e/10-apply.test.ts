import { beforeAll, expect, it } from "vitest";
import { rememberClusters } from "./snapshot.ts";
import { isthmus, kubectl, meshFile } from "./world.ts";

beforeAll(async () => {
  // Of the file before, whose end does not wait for it.
  await kubectl("west", ["wait", "--for=delete", "namespace/policies-in-force", "--timeout=60s"]);
  await rememberClusters();
});

it("applies a mesh to empty clusters, phase by phase, until everything is ready", async () => {
  const ran = await isthmus(["apply", "-f", meshFile(), "--yes"]);
  expect(ran.err + ran.out).toContain("all ready");
  expect(ran.code).toBe(0);
});

it("finds nothing to change right after an apply", async () => {
  const ran = await isthmus(["plan", "-f", meshFile(), "--detailed-exitcode"]);
  expect(ran.out).toContain("No changes");
  expect(ran.code).toBe(0);
});

it("changes nothing when it is applied again", async () => {
  const ran = await isthmus(["apply", "-f", meshFile(), "--yes"]);
  expect(ran.out).toContain("as asked, nothing to change");
  expect(ran.code).toBe(0);
});
