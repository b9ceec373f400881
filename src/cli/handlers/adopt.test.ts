import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west"]);
});

afterEach(async () => {
  await world.close();
});

/** Istio's ConfigMap in its namespace, made by somebody else. */
function make(cluster: string, metadata: Readonly<Record<string, unknown>> = {}): void {
  const server = world.servers[cluster];
  server?.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } });
  server?.put({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "istio",
      namespace: "istio-system",
      managedFields: [{ manager: "kubectl-create", operation: "Update", time: "2026-01-01T10:00:00Z" }],
      ...metadata,
    },
    data: { mesh: "meshId: prod", theirs: "kept" },
  });
}

const byHelm = { annotations: { "meta.helm.sh/release-name": "istiod" } };

function find(cluster: string): WireObject | undefined {
  return world.servers[cluster]?.store.find({ apiVersion: "v1", kind: "ConfigMap" }, "istio-system", "istio");
}

/** How many writes the clusters have seen. */
function writes(): number {
  const all = Object.values(world.servers).flatMap((server) => server.requests);
  return all.filter(({ method, url }) => method !== "GET" && !url.includes("dryRun")).length;
}

describe("what is there before isthmus", () => {
  it("is adopted where nobody claims it, and the plan names it", async () => {
    make("west");
    const ran = await world.run("plan");
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("~ ConfigMap istio-system/istio  (taken over: existed before)");
    expect(ran.out).toMatch(/2 adopted\.$/m);
    const { summary, clusters } = JSON.parse((await world.run("plan -o json")).out) as {
      readonly summary: { readonly adopt: number };
      readonly clusters: readonly {
        readonly objects: readonly { readonly name: string; readonly kind: string; readonly adopted?: boolean }[];
      }[];
    };
    expect(summary.adopt).toBe(2);
    const adopted = clusters.map(({ objects }) => objects.filter((one) => one.adopted === true).map((one) => one.kind));
    expect(adopted).toEqual([expect.arrayContaining(["ConfigMap", "Namespace"])]);
  });

  it("is ours after that, and stays when the mesh is removed", async () => {
    make("west");
    expect((await world.run("apply --yes")).code).toBe(0);
    expect((await world.run("plan --adopt never")).code).toBe(0);
    expect((await world.run("plan")).out).not.toContain("adopted");
    expect((await world.run("remove --yes")).code).toBe(0);
    expect(find("west")).toMatchObject({ data: { theirs: "kept" } });
  });

  it("is refused where another tool claims it, on all clusters at once, and nothing is changed", async () => {
    await world.close();
    world = await startFakeClusters(["west", "east"]);
    make("west", byHelm);
    make("east", { labels: { "isthmus.dev/mesh": "other" } });
    for (const verb of ["plan", "apply --yes"]) {
      const ran = await world.run(verb);
      expect(ran.code).toBe(1);
      expect(ran.err.match(/error\[ISM315\]/g)).toHaveLength(2);
      expect(ran.err).toContain("ConfigMap istio-system/istio: Helm's release istiod has made it");
      expect(ran.err).toContain("ConfigMap istio-system/istio: it belongs to mesh other (label isthmus.dev/mesh)");
      expect(ran.err).toContain("--adopt all");
    }
    expect(writes()).toBe(0);
  });

  it("is adopted with all, whoever claims it", async () => {
    make("west", byHelm);
    expect((await world.run("apply --yes --adopt all")).code).toBe(0);
    expect((await world.run("plan")).code).toBe(0);
  });

  it("is refused with never, each object, though nobody claims it", async () => {
    make("west");
    const ran = await world.run("plan --adopt never");
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("2 objects that isthmus has not made");
    expect(ran.err).toContain("ConfigMap istio-system/istio: written by kubectl-create");
    expect(ran.err).toContain("Namespace istio-system: it was there before");
  });
});

describe("a saved plan", () => {
  it("is done with what may be adopted by it, which cannot be given again", async () => {
    make("west", byHelm);
    expect((await world.run("plan --adopt all --out prod.plan")).code).toBe(0);
    const given = await world.run("apply prod.plan --yes --adopt all");
    expect(given.code).toBe(64);
    expect(given.err).toContain("error[ISM066]");
    expect((await world.run("apply prod.plan --yes")).code).toBe(0);
  });
});
