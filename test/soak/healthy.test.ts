import { beforeAll, it } from "vitest";
import { expectNoAlarm, standMesh } from "../faults/mesh.ts";

let file = "";

beforeAll(async () => {
  file = await standMesh();
});

it("raises no false alarm on a healthy mesh of several ports, hosts, paths and namespaces in twenty runs", async () => {
  await expectNoAlarm(file);
});
