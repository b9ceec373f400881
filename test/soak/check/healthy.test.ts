import { beforeAll, expect, it } from "vitest";
import { applyMesh, check, headOf, putCertificates, soakMeshFile } from "./soak-mesh.ts";

let file = "";

beforeAll(async () => {
  file = soakMeshFile();
  await applyMesh(file);
  await putCertificates();
});

it("raises no false alarm on a healthy mesh of several ports, hosts, paths and namespaces in twenty runs, the first right after an apply", async () => {
  for (let round = 0; round < 20; round += 1) {
    expect(headOf((await check(file)).causes)).toEqual([]);
  }
});
