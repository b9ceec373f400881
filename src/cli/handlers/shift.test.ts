import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import { clustersPage, endpointSlices, runEastWest, runPod } from "../testing/fake-service.ts";
import { answerPod, ingressPod } from "../testing/fake-control-plane.ts";

let world: FakeClusters;
let endpoints: Readonly<Record<string, readonly string[]>>;

/** A mesh with v1 and v2 in one cluster, all requests to v1; its ingress has no address, so that no proof can be made. */
beforeEach(async () => {
  endpoints = {};
  world = await startFakeClusters(["west"], {
    living: true,
    kinds: [endpointSlices],
    podResponse: (asked) =>
      asked.startsWith("/clusters") ? clustersPage(endpoints) : answerPod(world.servers["west"]?.store, asked),
  });
  const file = path.join(world.folder, "mesh.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(
    file,
    text
      .replace(
        / {8}v1:\n {10}clusters:\n {12}- west/,
        "        v1: { clusters: [west] }\n        v2: { clusters: [west] }",
      )
      .replace(/weights:\n +v1: 100/, "weights: { v1: 100, v2: 0 }"),
  );
  await world.run("apply --yes");
  endpoints = { v1: ["10.42.0.6:5000"], v2: ["10.42.0.7:5000"] };
  runPod(world.servers["west"], "v1", "10.42.0.6");
  runPod(world.servers["west"], "v2", "10.42.0.7");
  runEastWest(world.servers["west"], "172.30.1.2");
}, 60_000);

afterEach(async () => {
  await world.close();
});

/** The weights that the mesh file and the cluster have. */
async function weights(): Promise<readonly [string, readonly number[]]> {
  const text = await readFile(path.join(world.folder, "mesh.yaml"), "utf8");
  const route = world.servers["west"]?.store.find(
    { apiVersion: "networking.istio.io/v1", kind: "VirtualService" },
    "sample",
    "helloworld",
  ) as unknown as { readonly spec: { readonly http: readonly [{ readonly route: readonly { weight: number }[] }] } };
  return [/weights: (.*)/.exec(text)?.[1] ?? "", route.spec.http[0].route.map((one) => one.weight)];
}

const before = ["{ v1: 100, v2: 0 }", [100, 0]];
const after = ["{ v1: 0, v2: 100 }", [0, 100]];

describe("a shift to a version that cannot answer", () => {
  it("is refused before anything is written, with the cause", async () => {
    runPod(world.servers["west"], "v2", "10.42.0.7", false);
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --no-verify");
    expect(ran.code).toBe(1);
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("no pod of it is ready in west");
    expect(await weights()).toEqual(before);
  });

  it("is refused when the pods are ready and the ingress has none of them", async () => {
    endpoints = { v1: ["10.42.0.6:5000"], v2: [] };
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --no-verify");
    expect(ran.code).toBe(1);
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("the ingress of west has no endpoint of it");
    expect(await weights()).toEqual(before);
  });

  it("is done with --force", async () => {
    endpoints = { v1: ["10.42.0.6:5000"], v2: [] };
    expect((await world.run("shift helloworld v1=0 v2=100 --yes --no-verify --force")).code).toBe(0);
    expect(await weights()).toEqual(after);
  });

  it("is a warning where the ingress cannot be asked", async () => {
    world.servers["west"]?.store.remove(ingressPod);
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --no-verify");
    expect([ran.code, ran.err.includes("ISM343")]).toEqual([0, true]);
  });

  it("may always be left: less for a version is never refused", async () => {
    await world.run("shift helloworld v1=0 v2=100 --yes --no-verify");
    runPod(world.servers["west"], "v2", "10.42.0.7", false);
    endpoints = { v1: ["10.42.0.6:5000"], v2: [] };
    expect((await world.run("shift helloworld v1=100 v2=0 --yes --no-verify")).code).toBe(0);
    expect(await weights()).toEqual(before);
  });
});

describe("a shift whose proof fails", () => {
  it("ends with 3, stays, and prints the command that goes back", async () => {
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes");
    expect(ran.code).toBe(3);
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain(
      "go back to v1=100 v2=0: isthmus shift helloworld v1=100 v2=0 -f mesh.yaml -n sample --route helloworld",
    );
    expect(await weights()).toEqual(after);
  });

  it("goes back with --rollback, file and cluster, and still ends with 3", async () => {
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --rollback");
    expect(ran.code).toBe(3);
    expect(ran.err).toContain("ISM345");
    expect(await weights()).toEqual(before);
  });

  it("stops at the step that fails", async () => {
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --step 10 --every 1ms");
    expect(ran.code).toBe(3);
    expect(await weights()).toEqual(["{ v1: 90, v2: 10 }", [90, 10]]);
  });

  it("cannot go back by a proof that is left out", async () => {
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --rollback --no-verify");
    expect(ran.code).toBe(64);
    expect(await weights()).toEqual(before);
  });
});
