import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import { clusterNamed } from "../../core/model/mesh.ts";
import type { InventoryItem } from "../../core/plan/inventory.ts";
import type { PlannedObject } from "../../core/plan/plan.ts";
import { meshLabel } from "../../core/render/names.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import type { FakeApiServer } from "../../kube/fake/fake-api-server.ts";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { planCluster } from "../plan/plan-cluster.ts";
import type { ClusterRun } from "./cluster-run.ts";
import { recordApplied } from "./record-applied.ts";

const { signal } = new AbortController();

const wanted: KubeObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "istiod", namespace: "istio-system", labels: { [meshLabel]: "mesh" } },
  spec: { replicas: 1 },
};
const item: InventoryItem = { id: idOf(wanted), apiVersion: "apps/v1", wave: "control-plane", created: true };

interface Cluster {
  readonly server: FakeApiServer;
  readonly one: Connected;
  /** Plans the wanted object with what the inventory says of it, and gives what an apply would do and which requests it took. */
  plan(known: InventoryItem): Promise<{ readonly action: string; readonly requests: readonly string[] }>;
  /** What an apply that has just made the wanted object notes. */
  settle(): Promise<InventoryItem>;
  /** Writes to the object as somebody else. */
  write(change: (live: WireObject) => WireObject): void;
}

async function clusterWithIt(): Promise<Cluster> {
  const { server, client } = await connectFake({ cluster: "west" });
  const cluster = clusterNamed(twoClusters, "west");
  let live = server.put(wanted);
  const oneWith = (items: readonly InventoryItem[]): Connected => {
    const facts = {
      inventories: [{ mesh: "mesh", cluster: "west", items }],
      namespaces: new Set(["Namespace/istio-system"]),
    };
    return { client, cluster, facts } as unknown as Connected;
  };
  const planWith = async (known: InventoryItem): ReturnType<typeof planCluster> =>
    planCluster(oneWith([known]), "mesh", [{ wave: "control-plane", object: wanted }], {
      unreachable: new Set<string>(),
      withoutCredential: new Set<string>(),
      refused: [],
      warnings: [],
      continueOnRefusal: false,
      tryWrites: false,
      services: [],
      force: false,
      adopt: "unowned",
      signal,
    });
  const before = await planWith(item);
  return {
    server,
    one: oneWith([item]),
    async plan(known) {
      const sent = server.requests.length;
      const plan = await planWith(known);
      return {
        action: plan.kind === "planned" ? (plan.objects[0]?.action ?? "") : plan.kind,
        requests: server.requests.slice(sent).map(({ method }) => method),
      };
    },
    async settle() {
      const work = { one: oneWith([item]), plan: before, outcomes: new Map() } as unknown as ClusterRun;
      const [settled] = await recordApplied(work, [item], signal);
      return settled ?? item;
    },
    write(change) {
      live = server.put(change(live));
    },
  };
}

const withRevision = (live: WireObject): WireObject => ({
  ...live,
  metadata: { ...live.metadata, annotations: { "deployment.kubernetes.io/revision": "1" } },
  status: { readyReplicas: 1 },
});

describe("what an apply notes of an object", () => {
  it("spares the API server a question while only the status is written", async () => {
    const cluster = await clusterWithIt();
    cluster.write((live) => ({ ...live, status: { readyReplicas: 0 } }));
    const noted = await cluster.settle();
    cluster.write((live) => ({ ...live, status: { readyReplicas: 1 } }));
    expect(await cluster.plan(noted)).toEqual({ action: "none", requests: ["GET"] });
  });

  it("counts what controllers have added meanwhile, once the API server says that it is in nobody's way", async () => {
    const cluster = await clusterWithIt();
    cluster.write(withRevision);
    const noted = await cluster.settle();
    expect(noted.settled).toBeDefined();
    expect(await cluster.plan(noted)).toEqual({ action: "none", requests: ["GET"] });
  });

  it("does not hide a later change by hand", async () => {
    const cluster = await clusterWithIt();
    cluster.write(withRevision);
    const noted = await cluster.settle();
    cluster.write((live) => ({ ...live, spec: { replicas: 3 } }));
    expect(await cluster.plan(noted)).toEqual({ action: "update", requests: ["GET", "PATCH"] });
  });

  it("is nothing where somebody has changed what was applied, or the API server does not say", async () => {
    const cluster = await clusterWithIt();
    cluster.write((live) => ({ ...live, spec: { replicas: 3 } }));
    expect(await cluster.settle()).toEqual(item);
    cluster.write((live) => ({ ...withRevision(live), spec: wanted["spec"] }));
    cluster.server.inject({ kind: "status", status: 403 }, { matches: ({ method }) => method === "PATCH" });
    expect(await cluster.settle()).toEqual(item);
  });
});

describe("what an apply notes of large objects that it has written", () => {
  const names = ["one", "two", "three", "four"];
  const configMap = (name: string): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "istio-system", labels: { [meshLabel]: "mesh" } },
    data: { text: "wanted" },
  });

  it("goes by the resourceVersion that the write answered, and asks for no content", async () => {
    const { server, client } = await connectFake({ cluster: "west" });
    const written = await Promise.all(names.map(async (name) => client.apply(configMap(name), { signal })));
    const items = written.map((object): InventoryItem => ({
      id: idOf(object),
      apiVersion: "v1",
      wave: "control-plane",
      created: true,
    }));
    const plan = { inventory: { mesh: "mesh" }, objects: names.map((name) => plannedOf(configMap(name))) };
    const outcomes = new Map(
      written.map((object) => [
        keyOf(idOf(object)),
        { applied: "digest", resourceVersion: object.metadata["resourceVersion"] },
      ]),
    );
    const one = { client, cluster: clusterNamed(twoClusters, "west") };
    const work = { one, plan, outcomes } as unknown as ClusterRun;
    server.put({ ...(configMap("two") as WireObject), data: { text: "changed by hand" } });
    const before = server.requests.length;
    const noted = await recordApplied(work, items, signal);
    expect(noted.map(({ settled }) => settled?.digest)).toEqual(["digest", undefined, "digest", "digest"]);
    const asked = server.requests.slice(before);
    expect(asked.map(({ method, url }) => `${method} ${url.replace(/\?.*/, "")}`)).toEqual([
      "GET /api/v1/namespaces/istio-system/configmaps",
      "GET /api/v1/namespaces/istio-system/configmaps/two",
      "PATCH /api/v1/namespaces/istio-system/configmaps/two",
    ]);
    expect(asked[0]?.headers.accept).toContain("PartialObjectMetadataList");
  });
});

function plannedOf(object: KubeObject): Pick<PlannedObject, "id" | "object" | "live" | "action"> {
  return { id: idOf(object), object, live: undefined, action: "create" };
}
