import { beforeAll, expect, it } from "vitest";
import { isthmus, meshFile } from "../e2e/world.ts";
import { change, expectCause, healAsPrinted, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names a cluster that has no Service of the name; the printed fix heals it", async () => {
  await change("east", ["-n", "sample", "delete", "service", "helloworld"]);
  await healAsPrinted(await expectCause("ISM440", "east"), "ISM440");
});

it("names a cluster whose Service has another port; the printed fix heals it", async () => {
  const other = [{ op: "replace", path: "/spec/ports/0/port", value: 5001 }];
  await change("east", ["-n", "sample", "patch", "service", "helloworld", "--type=json", "-p", JSON.stringify(other)]);
  const report = await expectCause("ISM440", "east");
  const ran = await isthmus(["apply", "-f", meshFile(), "--yes", "--force-conflicts"]);
  expect(ran.err).toContain("the other one was put there by somebody else");
  expect(ran.code).toBe(1);
  await healAsPrinted(report, "ISM440");
});
