import { beforeAll, it } from "vitest";
import { change, expectCause, heal, standMesh } from "./standing-mesh.ts";

beforeAll(standMesh);

it("names a quota that has no room for one more sidecar; taking it away heals it", async () => {
  await change("east", ["-n", "sample", "create", "quota", "tight", "--hard=limits.cpu=1"]);
  await expectCause("ISM447", "east");
  await change("east", ["-n", "sample", "delete", "quota", "tight"]);
  await heal();
});
