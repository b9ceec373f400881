import { beforeAll, expect, it } from "vitest";
import { check, headOf, standMesh } from "../faults/mesh.ts";

let file = "";

beforeAll(async () => {
  file = await standMesh();
});

it("raises no false alarm on a healthy mesh of several ports, hosts, paths and namespaces in twenty runs", async () => {
  for (let round = 0; round < 20; round += 1) {
    expect(headOf((await check(file)).causes)).toEqual([]);
  }
});
