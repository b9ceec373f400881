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

interface Named {
  readonly metadata: { readonly name: string };
}

it("takes one cluster down and up again with --cluster, and touches nothing that the other has in Rancher", async () => {
  const projectOf = async (name: string): Promise<number> => {
    const id = world.id(name);
    const { status } = await world.kube("local", `/apis/management.cattle.io/v3/namespaces/${id}/projects/istio-${id}`);
    return status;
  };
  const westReadsEast = (await meshTokens(world)).find((token) => token.clusterId === world.id("east"));
  const secretsOf = async (name: string): Promise<readonly string[]> => {
    const secrets = await world.kube(world.id(name), "/api/v1/namespaces/istio-system/secrets");
    return ((secrets.json["items"] ?? []) as readonly Named[]).map(({ metadata }) => metadata.name).toSorted();
  };
  const before = await secretsOf("west");
  const removed = await mesh.run("remove", "--cluster", "east", "--yes");
  expect(removed.err).not.toContain("error[");
  expect(removed.code).toBe(0);
  expect([await projectOf("west"), await projectOf("east")]).toEqual([200, 404]);
  expect((await world.kube(world.id("east"), "/api/v1/namespaces/istio-system")).status).toBe(404);
  expect(await secretsOf("west")).toEqual(before);
  // The token by which east read west goes with the Secret that held it; the other one is in use in west.
  expect((await meshTokens(world)).map((token) => token.id)).toEqual([westReadsEast?.id]);
  const plan = await mesh.run("plan", "--cluster", "west", "--detailed-exitcode");
  expect(plan.out).toContain("Out of scope: east.");
  expect(plan.code).toBe(0);
  const ran = await mesh.run("apply", "--cluster", "east", "--yes");
  expect(ran.err).not.toContain("error[");
  expect(ran.code).toBe(0);
  expect([await projectOf("west"), await projectOf("east")]).toEqual([200, 200]);
  // East is joined to the one outside the scope.
  expect(await secretsOf("east")).toContain("istio-remote-secret-west");
  const tokens = await meshTokens(world);
  expect(tokens).toHaveLength(2);
  expect(tokens.map((token) => token.id)).toContain(westReadsEast?.id);
  expect((await mesh.run("plan", "--detailed-exitcode")).code).toBe(0);
});
