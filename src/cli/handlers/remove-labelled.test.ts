import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeStore, WireObject } from "../../kube/fake/fake-store.ts";
import { eventLinesOf } from "../testing/event-lines.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], { living: true });
  const ran = await world.run("apply --yes --timeout 20s");
  if (ran.code !== 0) {
    throw new Error(ran.err);
  }
});

afterEach(async () => {
  await world.close();
});

function storeOf(cluster: string): FakeStore {
  const store = world.servers[cluster]?.store;
  if (store === undefined) {
    throw new Error(`no cluster ${cluster}`);
  }
  return store;
}

/** Leaves a cluster as a mesh that was made from an export: nothing of isthmus' own bookkeeping. */
function forgetInventory(cluster: string): void {
  const store = storeOf(cluster);
  store
    .all()
    .filter(({ kind, metadata }) => metadata.namespace === "kube-system" && ["ConfigMap", "Lease"].includes(kind))
    .forEach((object) => store.remove(object));
}

function isLabelled({ metadata }: WireObject): boolean {
  return (metadata["labels"] as Readonly<Record<string, string>> | undefined)?.["isthmus.dev/mesh"] === "prod";
}

function namesOn(cluster: string): readonly string[] {
  return storeOf(cluster)
    .all()
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    .toSorted();
}

describe("remove without an inventory", () => {
  it("removes nothing and says what is there", async () => {
    forgetInventory("west");
    forgetInventory("east");
    const before = [namesOn("west"), namesOn("east")];
    const ran = await world.run("remove --yes");
    expect(ran.code).toBe(1);
    expect(ran.out).toContain("no inventory of mesh prod is here; what carries its label stays: 4 Secret, ");
    expect(ran.out).toContain("× west  left as it is, see below");
    expect(ran.out).not.toContain("√");
    expect(ran.err).toContain("west: error[ISM346]");
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("14 objects carry the label isthmus.dev/mesh=prod: 4 Secret, ");
    expect([namesOn("west"), namesOn("east")]).toEqual(before);
  });

  it("removes the rest of the mesh where there is one, and ends as partly done", async () => {
    forgetInventory("west");
    const ran = await world.run("remove --yes -o jsonl");
    expect(ran.code).toBe(4);
    expect(namesOn("east")).toEqual([]);
    expect(storeOf("west").all().filter(isLabelled)).not.toEqual([]);
    const [first = {}, ...lines]: readonly Readonly<Record<string, unknown>>[] = eventLinesOf(ran.out);
    expect(first).toMatchObject({ event: "removal", clusters: [{ name: "west", objects: [] }, { name: "east" }] });
    expect((first["clusters"] as { labelled: unknown }[])[0]?.labelled).toContainEqual({
      kind: "Namespace",
      count: 2,
    });
    expect(lines.at(-1)).toMatchObject({
      clusters: [
        { name: "west", state: "left", deleted: 0 },
        { name: "east", state: "removed" },
      ],
    });
  });

  it("touches nothing of an Istio that is somebody else's", async () => {
    const trace = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "istio-ca-root-cert", namespace: "shop", labels: { "istio.io/config": "true" } },
    };
    expect((await world.run("remove --yes")).code).toBe(0);
    world.servers["west"]?.put(trace);
    const again = await world.run("remove --yes");
    expect(again.code).toBe(0);
    expect(again.out).toContain("nothing of mesh prod is here");
    expect(again.out).toContain("√ west  nothing had to be deleted");
    expect(namesOn("west")).toEqual(["ConfigMap istio-ca-root-cert"]);
  });
});

it("takes the pods along that a killed watch has left, which keep no namespace", async () => {
  const labels = { "isthmus.dev/mesh": "prod", "isthmus.dev/probe": "verify" };
  // The kubelet writes the status of a pod.
  const managedFields = [{ manager: "isthmus" }, { manager: "kubelet" }];
  world.servers["west"]?.put({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "isthmus-probe-1", namespace: "sample", labels, managedFields },
    spec: {},
  });
  const ran = await world.run("remove --yes");
  expect(ran.err).not.toMatch(/(?:error|warning)\[/);
  expect(ran.code).toBe(0);
  expect(namesOn("west")).toEqual([]);
});

describe("remove --labelled", () => {
  it("shows what carries the label, asks, and removes it", async () => {
    forgetInventory("west");
    forgetInventory("east");
    const asked = await world.run("remove --labelled");
    expect(asked.code).toBe(64);
    expect(asked.out).toContain("  - Deployment istio-system/istiod\n");
    const ran = await world.run("remove --labelled --yes");
    expect(ran.err).not.toMatch(/(?:error|warning)\[/);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("√ west  removed, 14 objects deleted");
    expect([namesOn("west"), namesOn("east")]).toEqual([[], []]);
  });

  it("keeps a namespace with objects of others", async () => {
    forgetInventory("west");
    world.servers["west"]?.put({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "theirs", namespace: "sample" },
      data: {},
    });
    const ran = await world.run("remove --labelled --yes --cluster west");
    expect(ran.err).toContain("warning[ISM312]");
    expect(ran.err).toContain("kubectl --context west delete namespace sample");
    expect(namesOn("west")).toEqual(["ConfigMap theirs", "Namespace sample"]);
  });

  it("leaves what another tool would put back, and fails", async () => {
    forgetInventory("west");
    const store = storeOf("west");
    const service = store.find({ apiVersion: "v1", kind: "Service" }, "sample", "helloworld");
    const annotations = { "argocd.argoproj.io/tracking-id": "shop" };
    world.servers["west"]?.put({ ...service, metadata: { ...service?.metadata, annotations } } as WireObject);
    const ran = await world.run("remove --labelled --yes --cluster west");
    expect(ran.code).toBe(1);
    expect(ran.out).toContain("Service sample/helloworld stays: Argo CD's shop has made it and would make it again");
    expect(ran.err).toContain("error[ISM347]");
    expect(namesOn("west")).toEqual(["Namespace sample", "Service helloworld"]);
  });

  it("names the kinds that it could not look at", async () => {
    forgetInventory("west");
    world.servers["west"]?.inject(
      { kind: "status", status: 403 },
      { times: 1000, matches: ({ url }) => url.startsWith("/apis/policy/v1/poddisruptionbudgets") },
    );
    const ran = await world.run("remove --labelled --yes --cluster west");
    expect(ran.err).toContain("warning[ISM348]");
    expect(ran.err).toContain("PodDisruptionBudget (policy/v1)");
    expect(ran.code).toBe(0);
  });
});
