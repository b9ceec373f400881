import { afterEach, beforeEach, expect, it } from "vitest";
import { editMesh } from "../testing/edit-mesh.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { giveTwoVersions, startFakeClusters } from "../testing/fake-clusters.ts";
import { endpointSlices } from "../testing/fake-service.ts";

let world: FakeClusters;

/** West and east, each the only cluster of the region of its name, and a route that is in west only. */
beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], {
    living: true,
    kinds: [endpointSlices],
  });
  await giveTwoVersions(world);
  await editMesh(world, (text) =>
    text
      .replace(/\n {12}- east/, "")
      .replaceAll(/( +)- name: (west|east)\n/g, "$1- name: $2\n$1  region: $2\n")
      .replace(/( +)weights:/, "$1match: { fromRegions: [west] }\n$1weights:"),
  );
});

afterEach(async () => {
  await world.close();
});

function weightsIn(cluster: string): readonly number[] | undefined {
  const kind = { apiVersion: "networking.istio.io/v1", kind: "VirtualService" };
  const found = world.servers[cluster]?.store.find(kind, "sample", "helloworld") as
    | { readonly spec: { readonly http: readonly [{ readonly route: readonly { readonly weight: number }[] }] } }
    | undefined;
  return found?.spec.http[0].route.map((one) => one.weight);
}

it("applies, shows and shifts a route where its regions are, and nowhere else", async () => {
  const applied = await world.run("apply --yes");

  expect([applied.code, weightsIn("west"), weightsIn("east")]).toEqual([0, [100, 0], undefined]);
  const status = JSON.parse((await world.run("status -o json")).out) as {
    readonly clusters: readonly {
      readonly cluster: string;
      readonly services: readonly { readonly weights: object }[];
    }[];
  };
  expect(status.clusters.map(({ cluster, services }) => [cluster, services[0]?.weights])).toEqual([
    ["west", { helloworld: { v1: 100, v2: 0 } }],
    ["east", {}],
  ]);
  const shifted = await world.run("shift helloworld v1=30 v2=70 --yes --no-verify --force");
  expect([shifted.code, weightsIn("west"), weightsIn("east")]).toEqual([0, [30, 70], undefined]);
  expect(shifted.out).not.toContain("east");
  expect((await world.run("plan --detailed-exitcode")).code).toBe(0);
});
