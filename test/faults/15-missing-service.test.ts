import { beforeAll, expect, it } from "vitest";
import { isthmus, meshFile } from "../e2e/world.ts";
import { change, expectCause, heal, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names a cluster that has no Service of the name; an apply heals it", async () => {
  await change("east", ["-n", "sample", "delete", "service", "helloworld"]);
  await expectCause("ISM440", "east");
  await heal();
});

it("names a cluster whose Service has another port; the printed fix heals it", async () => {
  const other = [{ op: "replace", path: "/spec/ports/0/port", value: 5001 }];
  await change("east", ["-n", "sample", "patch", "service", "helloworld", "--type=json", "-p", JSON.stringify(other)]);
  await expectCause("ISM440", "east");
  const ran = await isthmus(["apply", "-f", meshFile(), "--yes", "--force-conflicts"]);
  expect(ran.err).toContain("the other one was put there by somebody else");
  expect(ran.code).toBe(1);
  await change("east", ["-n", "sample", "delete", "service", "helloworld"]);
  await heal();
});
