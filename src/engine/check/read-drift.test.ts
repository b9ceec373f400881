import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { FakeClusters } from "../../cli/testing/fake-clusters.ts";
import { startFakeClusters } from "../../cli/testing/fake-clusters.ts";
import type { DriftFacts } from "../../core/checks/drift-facts.ts";
import type { MeshFacts } from "../../core/checks/facts.ts";

let clusters: FakeClusters;

beforeEach(async () => {
  clusters = await startFakeClusters(["west", "east"], { living: true });
});

afterEach(async () => {
  await clusters.close();
});

/** What a check says of the drift of each cluster. */
async function driftByCluster(): Promise<Readonly<Record<string, DriftFacts | undefined>>> {
  await clusters.run("check --facts-to facts.json");
  const facts = JSON.parse(await readFile(path.join(clusters.folder, "facts.json"), "utf8")) as MeshFacts;
  return Object.fromEntries(facts.clusters.map((one) => [one.cluster, one.kind === "reached" ? one.drift : undefined]));
}

it("compares every object of the mesh with what an apply would make of it", async () => {
  expect((await driftByCluster())["west"]).toMatchObject({ kind: "compared", applied: false });
  expect((await clusters.run("apply --yes")).code).toBe(0);
  expect((await driftByCluster())["west"]).toEqual({ kind: "compared", applied: true, objects: [], unknown: [] });
  const east = clusters.servers["east"];
  const deleted = east?.store
    .all()
    .find(({ kind, metadata }) => kind === "Deployment" && metadata.name === "helloworld-v1");
  if (deleted !== undefined) {
    east?.store.remove(deleted);
  }
  const found = await driftByCluster();
  expect(found["west"]).toMatchObject({ objects: [] });
  expect(found["east"]).toMatchObject({
    objects: [
      {
        id: { group: "apps", kind: "Deployment", namespace: "sample", name: "helloworld-v1" },
        state: "gone",
        fields: [],
        service: "sample/helloworld",
      },
    ],
  });
});

it("says why nothing can be compared, where no plan can be made", async () => {
  await rm(path.join(clusters.folder, "istioctl"));
  const found = await driftByCluster();
  expect(found).toMatchObject({
    west: { kind: "not-judged", reason: expect.stringMatching(/^ISM\d{3} \S/) },
    east: { kind: "not-judged", reason: expect.stringMatching(/^ISM\d{3} \S/) },
  });
});
