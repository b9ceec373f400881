import { rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { FakeClusters } from "../../cli/testing/fake-clusters.ts";
import { signInToken, startFakeClusters } from "../../cli/testing/fake-clusters.ts";
import type { DriftFacts } from "../../core/checks/drift-facts.ts";
import { readMeshFile } from "../mesh-file.ts";
import { takeFacts } from "../operations/check.ts";

/** An apply and three looks: long, on a machine with much else to do. */
const patience = 120_000;

let clusters: FakeClusters;

beforeEach(async () => {
  clusters = await startFakeClusters(["west", "east"], { living: true });
});

afterEach(async () => {
  await clusters.close();
});

/** What a check says of the drift of each cluster. */
async function driftByCluster(): Promise<Readonly<Record<string, DriftFacts | undefined>>> {
  const facts = await takeFacts(await readMeshFile("mesh.yaml", clusters.folder), await clusters.engineOptions(), {
    drift: true,
  });
  return Object.fromEntries(facts.clusters.map((one) => [one.cluster, one.kind === "reached" ? one.drift : undefined]));
}

it(
  "compares every object of the mesh with what an apply would make of it",
  async () => {
    expect((await driftByCluster())["west"]).toMatchObject({ kind: "compared", applied: false });
    expect((await clusters.run("apply --yes")).code).toBe(0);
    expect((await driftByCluster())["west"]).toEqual({
      kind: "compared",
      applied: true,
      objects: [],
      unknown: [],
      triedWrites: { pods: [], unknown: [] },
    });
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
  },
  patience,
);

it("says why nothing can be compared, where no plan can be made", async () => {
  await rm(path.join(clusters.folder, "istioctl"));
  const found = await driftByCluster();
  expect(found).toMatchObject({
    west: { kind: "not-judged", reason: expect.stringMatching(/^ISM\d{3} \S/) },
    east: { kind: "not-judged", reason: expect.stringMatching(/^ISM\d{3} \S/) },
  });
});

it("says what a policy would refuse of what is as it was applied", async () => {
  await clusters.run("apply --yes");
  const message =
    "virtualservices \"helloworld\" is forbidden: ValidatingAdmissionPolicy 'freeze' with binding 'freeze' denied request: until Monday";
  clusters.servers["east"]?.inject(
    { kind: "status", status: 422, body: { apiVersion: "v1", kind: "Status", code: 422, reason: "Invalid", message } },
    { times: 99, matches: ({ method, url }) => method === "PATCH" && url.includes("/virtualservices/") },
  );
  expect(await driftByCluster()).toMatchObject({
    west: { objects: [], unknown: [] },
    east: {
      objects: [],
      unknown: [],
      refusedWrites: [{ id: { kind: "VirtualService" }, says: expect.stringContaining("until Monday") }],
    },
  });
});

it("reads with the facts what both look at, once", async () => {
  await clusters.run("apply --yes");
  const { west, east } = clusters.servers;
  const before = [west, east].map((one) => one?.requests.length ?? 0);
  const meshFile = await readMeshFile("mesh.yaml", clusters.folder);
  await takeFacts(meshFile, await clusters.engineOptions(), { drift: true });
  // A remote secret is tried with the credential that it holds: those requests are of another cluster's account.
  const own = `Bearer ${signInToken}`;
  const asked = [west, east].map((server, index) =>
    (server?.requests ?? [])
      .slice(before[index])
      .filter(({ url, headers }) => headers.authorization === own && !url.includes("/portforward"))
      .map(({ method, url }) => `${method} ${url}`),
  );
  for (const one of asked) {
    expect(one).toEqual([...new Set(one)]);
    // Each costs both sides about as much as judging its answer: who adds one to every check says so here.
    // One of them is for the StatefulSets of a version without pods: where none is missing it is not asked for.
    // Two are for HTTPRoutes and GRPCRoutes, by which proxies go before the mesh's own routes.
    // Seven are dry-runs: of each kind that an apply writes into a namespace one object. These Deployments do not say what pods they make.
    expect(one).toHaveLength(57);
  }
});
