import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west"]);
  await world.run("apply --yes");
});

afterEach(async () => {
  await world.close();
});

const edited = "2026-01-02T10:00:00Z";

/** Istio's ConfigMap as somebody else leaves it, with the list of who owns what. */
function edit(data: Readonly<Record<string, string>>, theirs: readonly string[]): void {
  const fields = (names: readonly string[]): object => ({
    "f:data": Object.fromEntries(names.map((name) => [`f:${name}`, {}])),
  });
  world.servers["west"]?.put({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      ...find()?.metadata,
      name: "istio",
      namespace: "istio-system",
      managedFields: [
        { manager: "isthmus", operation: "Apply", time: "2026-01-01T10:00:00Z", fieldsV1: fields(["other"]) },
        { manager: "kubectl-edit", operation: "Update", time: edited, fieldsV1: fields(theirs) },
      ],
    },
    data,
  });
}

function find(): WireObject | undefined {
  return world.servers["west"]?.store.find({ apiVersion: "v1", kind: "ConfigMap" }, "istio-system", "istio");
}

/** The plan's word on Istio's ConfigMap, as JSON. */
async function planned(): Promise<unknown> {
  const { clusters } = JSON.parse((await world.run("plan -o json")).out) as {
    readonly clusters: readonly { readonly objects: readonly { readonly kind: string; readonly name: string }[] }[];
  };
  return clusters[0]?.objects.find(({ kind, name }) => kind === "ConfigMap" && name === "istio");
}

describe("a plan after somebody else's change", () => {
  it("says of a changed field who changed it, and when", async () => {
    edit({ mesh: "by hand" }, ["mesh"]);
    expect((await world.run("plan")).out).toContain(
      `        data.mesh: "by hand" → "meshId: prod"  # changed by kubectl-edit at ${edited}`,
    );
    expect(await planned()).toMatchObject({
      action: "update",
      fields: [{ path: "data.mesh", changedBy: { manager: "kubectl-edit", time: edited } }],
    });
  });

  it("says of a field that is gone who removed it", async () => {
    edit({ other: "x" }, []);
    expect((await world.run("plan")).out).toContain(
      `data.mesh: (none) → "meshId: prod"  # removed by kubectl-edit at ${edited}`,
    );
  });

  it("tells an object that somebody deleted from a new one", async () => {
    const object = find();
    expect(object).toBeDefined();
    world.servers["west"]?.store.remove(object as WireObject);
    expect((await world.run("plan")).out).toContain("+ ConfigMap istio-system/istio  (somebody deleted it)");
    expect(await planned()).toMatchObject({ action: "create", deleted: true });
  });
});

describe("a plan that nobody stands behind", () => {
  it("names nobody where the wish itself is new", async () => {
    const fresh = await startFakeClusters(["west"]);
    try {
      const ran = await fresh.run("plan -o json");
      expect(ran.code).toBe(0);
      expect(ran.out).not.toContain("changedBy");
      expect(ran.out).not.toContain('"deleted"');
    } finally {
      await fresh.close();
    }
  });
});
