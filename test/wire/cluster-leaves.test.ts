import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import { startFakeClusters } from "../../src/cli/testing/fake-clusters.ts";

interface MeshText {
  spec: { clusters: { name: string }[]; services: { versions: { v1: { clusters: string[] } } }[] };
}

let world: FakeClusters;
let whole = "";

beforeEach(async () => {
  world = await startFakeClusters(["west", "east", "north"], { living: true });
  whole = await readFile(path.join(world.folder, "mesh.yaml"), "utf8");
  await world.run("apply --yes");
});

afterEach(async () => {
  await world.close();
});

/** The mesh file without north. */
async function takeNorthOut(): Promise<void> {
  const mesh = parse(whole) as MeshText;
  const stays = (name: string): boolean => name !== "north";
  mesh.spec.clusters = mesh.spec.clusters.filter(({ name }) => stays(name));
  for (const { versions } of mesh.spec.services) {
    versions.v1.clusters = versions.v1.clusters.filter(stays);
  }
  await writeFile(path.join(world.folder, "mesh.yaml"), stringify(mesh));
}

function remoteSecretsOf(cluster: string): readonly string[] {
  const secrets = world.servers[cluster]?.store.list({ apiVersion: "v1", kind: "Secret" }, "istio-system") ?? [];
  return secrets
    .map(({ metadata: { name } }) => name)
    .filter((name) => name.startsWith("istio-remote-secret-"))
    .toSorted();
}

describe("a cluster that is no longer in the mesh file", () => {
  it("stays known to the others without --prune, which plan and apply say", async () => {
    expect(remoteSecretsOf("west")).toEqual(["istio-remote-secret-east", "istio-remote-secret-north"]);
    await takeNorthOut();
    const plan = await world.run("plan");
    expect(plan.out).toContain("- Secret istio-system/istio-remote-secret-north");
    expect(plan.err).toContain("warning[ISM224]");
    expect(plan.err.replaceAll(/\s+/g, " ")).toContain("and west, east still have its remote secret");
    const ran = await world.run("apply --yes");
    expect(ran.code).toBe(0);
    expect(ran.err).toContain("warning[ISM224]");
    expect(remoteSecretsOf("west")).toEqual(["istio-remote-secret-east", "istio-remote-secret-north"]);
  });

  it.each(["answers", "is dead"])("is forgotten by all others with --prune when it %s", async (state) => {
    await takeNorthOut();
    if (state === "is dead") {
      await world.servers["north"]?.close();
    }
    const asked = world.servers["north"]?.requests.length;
    const ran = await world.run("apply --yes --prune -o jsonl");
    expect(ran.code).toBe(0);
    expect(ran.err).not.toContain("ISM224");
    expect(ran.out).toMatch(/"event":"task.done","subject":"west","task":"prune"/);
    expect(remoteSecretsOf("west")).toEqual(["istio-remote-secret-east"]);
    expect(remoteSecretsOf("east")).toEqual(["istio-remote-secret-west"]);
    expect(world.servers["north"]?.requests.length).toBe(asked);
    expect((await world.run("plan --detailed-exitcode")).out).toContain("No changes.");
  });

  it("is not called gone while an istiod still knows it", async () => {
    await takeNorthOut();
    const { servers } = world;
    // A secret of somebody else's, which istiod reads all the same.
    servers["west"]?.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "theirs",
        namespace: "istio-system",
        labels: { "istio/multiCluster": "true" },
        annotations: { "networking.istio.io/cluster": "north" },
      },
    });
    const ran = await world.run("apply --yes --prune --timeout 3s");
    expect(ran.code).toBe(4);
    expect(ran.err).toContain("error[ISM318]");
    expect(ran.err).toContain("istiod-1 still knows north");
    servers["west"]?.store.remove({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "theirs", namespace: "istio-system" },
    });
    expect((await world.run("apply --yes --prune")).code).toBe(0);
    expect((await world.run("plan --prune --detailed-exitcode")).code).toBe(0);
  });

  it("joins all others again when it comes back", async () => {
    await takeNorthOut();
    expect((await world.run("apply --yes --prune")).code).toBe(0);
    await writeFile(path.join(world.folder, "mesh.yaml"), whole);
    expect((await world.run("apply --yes")).code).toBe(0);
    expect(remoteSecretsOf("west")).toEqual(["istio-remote-secret-east", "istio-remote-secret-north"]);
    expect(remoteSecretsOf("east")).toEqual(["istio-remote-secret-north", "istio-remote-secret-west"]);
    expect((await world.run("plan --detailed-exitcode")).out).toContain("No changes.");
  });
});
