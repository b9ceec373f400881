import { beforeAll, it } from "vitest";
import { change, expectCause, heal, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names a cluster that has no Service of the name; an apply heals it", async () => {
  await change("east", ["-n", "sample", "delete", "service", "helloworld"]);
  await expectCause("ISM440", "east");
  await heal();
});
