import { beforeAll, it } from "vitest";
import { change, expectCause, heal, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names a cluster that has no Service of the name; an apply heals it", async () => {
  await change("east", ["-n", "sample", "delete", "service", "helloworld"]);
  await expectCause("ISM440", "east");
  await heal();
});

it("names a cluster whose Service has another port; an apply heals it", async () => {
  const other = [{ op: "replace", path: "/spec/ports/0/port", value: 5001 }];
  await change("east", ["-n", "sample", "patch", "service", "helloworld", "--type=json", "-p", JSON.stringify(other)]);
  await expectCause("ISM440", "east");
  await heal();
});
