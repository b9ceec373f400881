import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

/** A mesh of two clusters; in east somebody else owns a field of one object, and another object is gone. */
beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], { living: true });
  await world.run("apply --yes");
  const metadata = { name: "istio", namespace: "istio-system" };
  const east = world.servers["east"];
  east?.put({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { mesh: "by hand" } });
  east?.addConflict({ apiVersion: "v1", kind: "ConfigMap" }, "istio", { manager: "helm", field: ".data.mesh" });
  for (const server of Object.values(world.servers)) {
    const pull = server.store.find({ apiVersion: "v1", kind: "Secret" }, "istio-system", "pull");
    if (pull === undefined) {
      throw new Error("the apply has written it");
    }
    server.store.remove(pull);
  }
});

afterEach(async () => {
  await world.close();
});

function find(cluster: string, kind: string, name: string) {
  return world.servers[cluster]?.store.find({ apiVersion: "v1", kind }, "istio-system", name);
}

describe("a conflict in one cluster", () => {
  it("stops a plan and an apply everywhere, which name the way around it", async () => {
    for (const command of ["plan", "apply --yes"]) {
      const ran = await world.run(command);
      expect(ran.code).toBe(1);
      expect(ran.err).toContain("ISM268");
      expect(ran.err).toContain("isthmus apply --continue");
    }
    expect(find("west", "Secret", "pull")).toBeUndefined();
  });

  it("keeps with --continue only its own object from being applied, and is named (exit code 4)", async () => {
    const ran = await world.run("apply --yes --continue");
    expect(ran.code).toBe(4);
    expect(find("west", "Secret", "pull")).toBeDefined();
    expect(find("east", "Secret", "pull")).toBeDefined();
    expect(find("east", "ConfigMap", "istio")?.["data"]).toEqual({ mesh: "by hand" });
    expect(ran.err).toContain("ISM268");
    expect(ran.err).toContain(".data.mesh (helm)");
    expect(ran.out).toMatch(/√ west {2}/);
    expect(ran.out).toMatch(/! east {2}.*\n {4}left as it is: ConfigMap istio-system\/istio/);
  });

  it("is no reason to delete the object with --prune", async () => {
    expect((await world.run("apply --yes --continue --prune")).code).toBe(4);
    expect(find("east", "ConfigMap", "istio")).toBeDefined();
  });

  it("is gone with the next apply once its owner has let go, since the inventory still lists it", async () => {
    await world.run("apply --yes --continue");
    expect((await world.run("apply --yes --force-conflicts")).code).toBe(0);
    expect(find("east", "ConfigMap", "istio")?.["data"]).toMatchObject({ mesh: "meshId: prod" });
  });

  it("shows in a plan with --continue beside what would be done", async () => {
    const ran = await world.run("plan --continue");
    expect(ran.code).toBe(4);
    expect(ran.out).toContain("+ Secret istio-system/pull");
    expect(ran.out).toContain("× ConfigMap istio-system/istio  (left as it is: Another tool owns the object)");
    expect(ran.err).toContain("ISM268");
    const { clusters } = JSON.parse((await world.run("plan --continue -o json")).out) as {
      readonly clusters: readonly { readonly name: string; readonly refused?: readonly object[] }[];
    };
    expect(clusters.find(({ name }) => name === "west")?.refused).toBeUndefined();
    expect(clusters.find(({ name }) => name === "east")?.refused).toMatchObject([{ name: "istio", kind: "ConfigMap" }]);
  });

  it("is kept by a saved plan, which takes no other --continue", async () => {
    expect((await world.run("plan --continue --out prod.plan")).code).toBe(4);
    expect((await world.run("apply prod.plan --yes --continue")).code).toBe(64);
    const ran = await world.run("apply prod.plan --yes");
    expect(ran.code).toBe(4);
    expect(find("west", "Secret", "pull")).toBeDefined();
  });
});

describe("a conflict that comes up after the plan", () => {
  it("stops its cluster, and with --continue only its object", async () => {
    const meet = (): void =>
      world.servers["west"]?.inject(
        {
          kind: "status",
          status: 409,
          body: {
            apiVersion: "v1",
            kind: "Status",
            status: "Failure",
            code: 409,
            reason: "Conflict",
            message: "Apply failed with 1 conflict",
            details: { causes: [{ reason: "FieldManagerConflict", message: 'conflict with "helm"', field: ".data" }] },
          },
        },
        {
          times: 20,
          matches: ({ method, url }) => method === "PATCH" && url.includes("/secrets/pull") && !url.includes("dryRun"),
        },
      );
    meet();
    const stopped = await world.run("apply --yes --cluster west");
    expect(stopped.code).toBe(1);
    expect(stopped.err).toContain("isthmus apply --continue");
    world.servers["west"]?.mend();
    meet();
    const gone = await world.run("apply --yes --cluster west --continue");
    expect(gone.code).toBe(4);
    expect(gone.out).toContain("left as it is: Secret istio-system/pull");
  });
});

describe("an object that is another tool's", () => {
  it("is left alone with --continue, and the rest is applied", async () => {
    const metadata = { name: "pull", namespace: "istio-system", labels: { "app.kubernetes.io/managed-by": "Helm" } };
    const fresh = await startFakeClusters(["west"]);
    try {
      fresh.servers["west"]?.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } });
      const managedFields = [{ manager: "helm", operation: "Apply", fieldsV1: {} }];
      fresh.servers["west"]?.put({ apiVersion: "v1", kind: "Secret", metadata: { ...metadata, managedFields } });
      const refused = await fresh.run("apply --yes");
      expect(refused.code).toBe(1);
      expect(refused.err).toContain("ISM315");
      const ran = await fresh.run("apply --yes --continue");
      expect(ran.code).toBe(4);
      expect(ran.err).toContain("ISM315");
      expect(ran.out).toContain("left as it is: Secret istio-system/pull");
      const { store } = fresh.servers["west"] as NonNullable<(typeof fresh.servers)[string]>;
      expect(store.find({ apiVersion: "v1", kind: "ConfigMap" }, "istio-system", "istio")).toBeDefined();
      expect(store.find({ apiVersion: "v1", kind: "Secret" }, "istio-system", "pull")?.["data"]).toBeUndefined();
    } finally {
      await fresh.close();
    }
  });
});
