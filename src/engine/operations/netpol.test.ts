import { afterEach, beforeEach, expect, it } from "vitest";
import type { FakeClusters } from "../../cli/testing/fake-clusters.ts";
import { startFakeClusters } from "../../cli/testing/fake-clusters.ts";
import { putPolicyWorld } from "../../cli/testing/put-policies.ts";
import { readMeshFile } from "../mesh-file.ts";
import { readMatrices } from "./netpol.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], { living: true });
  putPolicyWorld(world);
});

afterEach(async () => {
  await world.close();
});

it("judges istio-system and the namespaces of the mesh's services where none is named, at the ports that pods listen at", async () => {
  const meshFile = await readMeshFile("mesh.yaml", world.folder);
  const selection = { namespaces: [], clusters: ["west"], port: undefined };
  const { matrices } = await readMatrices(meshFile, selection, await world.engineOptions());
  expect(matrices.map(({ cluster, destinations }) => [cluster, destinations.map((one) => one.name)])).toEqual([
    [
      "west",
      ["istio-system/istio-eastwestgateway", "sample/curl", "sample/helloworld-v1", "east-west gateway of east"],
    ],
  ]);
  expect(matrices[0]?.destinations[2]?.ports).toEqual([{ port: 5000, protocol: "TCP" }]);
});
