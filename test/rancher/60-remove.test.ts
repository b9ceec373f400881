import { beforeAll, expect, it } from "vitest";
import type { RancherMesh } from "./rancher-mesh.ts";
import { meshTokens, standRancherMesh } from "./rancher-mesh.ts";
import type { RancherWorld } from "./rancher-world.ts";

let mesh: RancherMesh;
let world: RancherWorld;

beforeAll(async () => {
  mesh = await standRancherMesh();
  ({ world } = mesh);
});

it("takes everything away, also what it had in Rancher", async () => {
  const ran = await mesh.run("remove", "--yes");
  expect(ran.out).toContain("√ rancher:local  removed, 2 objects deleted");
  expect(ran.code).toBe(0);
  expect(await meshTokens(world)).toEqual([]);
  const extended = await world.kube("local", "/apis/ext.cattle.io/v1/tokens");
  expect(JSON.stringify(extended.json["items"])).not.toContain("mesh rancher");
  const ours = await world.kube("local", "/apis/management.cattle.io/v3/projects?labelSelector=isthmus.dev/mesh");
  expect(ours.json["items"]).toEqual([]);
  for (const name of ["west", "east"]) {
    const namespaces = await world.kube(world.id(name), "/api/v1/namespaces?labelSelector=isthmus.dev/mesh");
    expect(namespaces.json["items"]).toEqual([]);
  }
});
