import { runsOfToday } from "../../../test/part-of-today.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { idOf } from "../../core/model/kube-object.ts";
import { clusterNamed } from "../../core/model/mesh.ts";
import { digestObject } from "../../core/plan/digest.ts";
import type { Inventory } from "../../core/plan/inventory.ts";
import { meshLabel } from "../../core/render/names.ts";
import type { PlacedObject } from "../../core/render/place-objects.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import type { FakeApiServer } from "../../kube/fake/fake-api-server.ts";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { planCluster } from "./plan-cluster.ts";

const { signal } = new AbortController();
const states = ["absent", "as wanted", "settled", "without the label", "changed"] as const;
type State = (typeof states)[number];

/** A cluster in which the wanted object number N is in the Nth state. */
async function clusterIn(kinds: readonly (readonly [kind: string, state: State])[]) {
  const { server, client } = await connectFake({ cluster: "west" });
  const wanted = kinds.map(([kind], index): KubeObject => {
    const labels = { [meshLabel]: "mesh" };
    const metadata = { name: `one-${index}`, ...(kind === "ClusterRole" ? {} : { namespace: "sample" }), labels };
    const apiVersion = kind === "ClusterRole" ? "rbac.authorization.k8s.io/v1" : "v1";
    return { apiVersion, kind, metadata, spec: { text: "wanted" } };
  });
  const items: Inventory["items"] = wanted.map((object, index) => {
    const live = putIn(server, object, kinds[index]?.[1] ?? "absent");
    const resourceVersion = String(live?.metadata["resourceVersion"] ?? "");
    return {
      id: idOf(object),
      apiVersion: object.apiVersion,
      wave: "services",
      created: true,
      ...(kinds[index]?.[1] === "settled" ? { settled: { digest: digestObject(object), resourceVersion } } : {}),
    };
  });
  const cluster = clusterNamed(twoClusters, "west");
  const facts = {
    inventories: [{ mesh: "mesh", cluster: "west", items }],
    namespaces: new Set(["Namespace/sample"]),
  };
  const placed = wanted.map((object): PlacedObject => ({ wave: "services", object }));
  return { server, one: { client, cluster, facts } as unknown as Connected, placed };
}

function putIn(server: FakeApiServer, object: KubeObject, state: State): WireObject | undefined {
  const wire = object as unknown as WireObject;
  switch (state) {
    case "absent":
      return undefined;
    case "as wanted":
    case "settled":
      return server.put(wire);
    case "without the label":
      return server.put({ ...wire, metadata: { ...wire.metadata, labels: {} } });
    case "changed":
      return server.put({ ...wire, spec: { text: "changed by hand" } });
  }
}

async function plan({ one, placed }: Awaited<ReturnType<typeof clusterIn>>) {
  const others = { unreachable: new Set<string>(), withoutCredential: new Set<string>() };
  return planCluster(one, "mesh", placed, {
    ...others,
    refused: [],
    warnings: [],
    continueOnRefusal: false,
    tryWrites: false,
    services: [],
    force: false,
    adopt: "unowned",
    signal,
  });
}

const lists = ({ url, method }: { readonly url: string; readonly method: string }): boolean =>
  method === "GET" && url.includes("labelSelector");

describe("planCluster", () => {
  it("plans the same by lists as where the account may only get", async () => {
    const kind = fc.constantFrom("ConfigMap", "Secret", "ClusterRole");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(kind, fc.constantFrom(...states)), { minLength: 1, maxLength: 12 }),
        async (kinds) => {
          const cluster = await clusterIn(kinds);
          const byLists = await plan(cluster);
          cluster.server.inject({ kind: "status", status: 403 }, { times: 1000, matches: lists });
          expect(await plan(cluster)).toEqual(byLists);
          const actions = { absent: "create", "without the label": "update", changed: "update" };
          const expected = kinds.map(([, state]) => actions[state as keyof typeof actions] ?? "none");
          expect(byLists.kind === "planned" ? byLists.objects.map((object) => object.action) : []).toEqual(expected);
        },
      ),
      { numRuns: runsOfToday(20) },
    );
    // Each run has a server of its own.
  });

  it("reads a kind of a namespace with one request where nothing has changed", async () => {
    const cluster = await clusterIn(Array.from({ length: 20 }, () => ["ConfigMap", "settled"] as const));
    await plan(cluster);
    expect(cluster.server.requests.map((request) => request.method)).toEqual(["GET"]);
  });

  it("asks only for the metadata of large objects that are settled, and for the whole of others", async () => {
    const forms = async (kind: string, changed: number): Promise<readonly string[]> => {
      const states = Array.from({ length: 6 }, (_, index) => (index < changed ? "changed" : "settled") as State);
      const cluster = await clusterIn(states.map((state) => [kind, state] as const));
      await plan(cluster);
      return cluster.server.requests
        .filter(({ method }) => method === "GET")
        .map(({ url, headers }) =>
          url.includes("labelSelector") ? (headers.accept?.includes("PartialObject") ? "metadata" : "list") : "get",
        );
    };
    expect(await forms("ConfigMap", 0)).toEqual(["metadata"]);
    expect(await forms("ConfigMap", 2)).toEqual(["metadata", "get", "get"]);
    expect(await forms("Secret", 3)).toEqual(["metadata", "list"]);
    expect(await forms("ServiceAccount", 1)).toEqual(["list"]);
  });

  it("reads the whole of a settled object to which somebody has added a field", async () => {
    const cluster = await clusterIn(Array.from({ length: 3 }, () => ["ClusterRole", "settled"] as const));
    const [first] = cluster.server.store.all();
    const managed = [
      {
        manager: "isthmus",
        operation: "Apply",
        time: "2026-01-01T00:00:00Z",
        fieldsV1: { "f:spec": { "f:text": {} } },
      },
      {
        manager: "kubectl-edit",
        operation: "Update",
        time: "2026-01-02T00:00:00Z",
        fieldsV1: { "f:data": { "f:more": {} } },
      },
    ];
    const live = cluster.server.put({
      ...(first as WireObject),
      metadata: { ...(first as WireObject).metadata, managedFields: managed },
      data: { more: "added by hand" },
    });
    const { inventories } = cluster.one.facts;
    const items = inventories
      .flatMap((inventory) => inventory.items)
      .map((item) =>
        item.id.name === live.metadata.name && item.settled !== undefined
          ? { ...item, settled: { ...item.settled, resourceVersion: String(live.metadata["resourceVersion"]) } }
          : item,
      );
    const facts = { ...cluster.one.facts, inventories: [{ mesh: "mesh", cluster: "west", items }] };
    const planned = await plan({ ...cluster, one: { ...cluster.one, facts } });
    const objects = planned.kind === "planned" ? planned.objects : [];
    expect(objects.map(({ action }) => action)).toEqual(["none", "none", "none"]);
    expect(objects.flatMap(({ added = [] }) => added)).toMatchObject([{ path: "data.more", value: "added by hand" }]);
  });

  it("reads few objects of a kind by themselves, since others may fill a list", async () => {
    const cluster = await clusterIn([
      ["ConfigMap", "settled"],
      ["ConfigMap", "settled"],
    ]);
    await plan(cluster);
    expect(cluster.server.requests.filter(lists)).toEqual([]);
    expect(cluster.server.requests).toHaveLength(2);
  });

  it("keeps of a settled object who wrote it and when, and not its body", async () => {
    const cluster = await clusterIn([["ConfigMap", "settled"]]);
    const planned = await plan(cluster);
    const [object] = planned.kind === "planned" ? planned.objects : [];
    expect(object?.live?.metadata.name).toBe("one-0");
    expect(object?.live?.["spec"]).toBeUndefined();
  });
});

describe("Istio's objects", () => {
  const rule = (host: string): KubeObject => ({
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: "one", namespace: "sample", labels: { [meshLabel]: "mesh" } },
    spec: { host },
  });
  const dryRuns = ({ method, url }: { readonly method: string; readonly url: string }): boolean =>
    method === "PATCH" && url.includes("dryRun=All");

  async function planRule(wanted: KubeObject, live: KubeObject | undefined, fault?: object) {
    const { server, client } = await connectFake({
      cluster: "west",
      limits: { retryBudgetMs: 50 },
    });
    if (live !== undefined) {
      server.put(live);
    }
    if (fault !== undefined) {
      server.inject({ kind: "status", status: 500, ...fault }, { times: 1000, matches: dryRuns });
    }
    const items: Inventory["items"] = [
      { id: idOf(wanted), apiVersion: wanted.apiVersion, wave: "destinations", created: true },
    ];
    const facts = {
      inventories: [{ mesh: "mesh", cluster: "west", items }],
      namespaces: new Set(["Namespace/sample"]),
    };
    const one = { client, cluster: clusterNamed(twoClusters, "west"), facts } as unknown as Connected;
    const scope = {
      unreachable: new Set<string>(),
      withoutCredential: new Set<string>(),
      refused: [] as Diagnostic[],
      warnings: [] as Diagnostic[],
      continueOnRefusal: false,
      tryWrites: false,
      services: [],
      force: false,
      adopt: "unowned",
      signal,
    } as const;
    const placed: PlacedObject = { wave: "destinations", object: wanted };
    return { plan: await planCluster(one, "mesh", [placed], scope), scope, server };
  }

  const status = (code: number, message: string): object => ({
    status: code,
    body: { apiVersion: "v1", kind: "Status", status: "Failure", code, message },
  });
  const away = status(500, 'Internal error occurred: failed calling webhook "validation.istio.io": no endpoints');

  it("are compared here while istiod's webhook does not answer, which is said", async () => {
    const { plan: planned, scope } = await planRule(rule("new"), rule("old"), away);
    expect(planned.kind === "planned" ? planned.objects : []).toMatchObject([
      { action: "update", fields: [{ path: "spec.host", before: "old", after: "new" }] },
    ]);
    expect(scope.warnings).toMatchObject([{ code: "ISM319", cluster: "west" }]);
    expect(scope.refused).toEqual([]);
  });

  it("are no change without the webhook when they are as wanted", async () => {
    const { plan: planned } = await planRule(rule("same"), rule("same"), away);
    expect(planned.kind === "planned" ? planned.objects : []).toMatchObject([{ action: "none" }]);
  });

  it("are judged before the first write also where they are new", async () => {
    const refused = status(400, 'admission webhook "validation.istio.io" denied the request: bad host');
    const { scope } = await planRule(rule("new"), undefined, refused);
    expect(scope.refused).toMatchObject([{ code: "ISM269" }]);
    expect(scope.refused[0]?.detail).toContain("bad host");
  });

  it("that are being deleted are planned with a warning, since what is written to them goes with them", async () => {
    const metadata = {
      ...rule("a").metadata,
      deletionTimestamp: "2026-11-23T05:00:00Z",
      finalizers: ["team.example/hold"],
    };
    const { plan, scope } = await planRule(rule("a"), { ...rule("a"), metadata });
    const [object] = plan.kind === "planned" ? plan.objects : [];
    expect(object?.deletion).toEqual({ since: "2026-11-23T05:00:00Z", finalizers: [{ name: "team.example/hold" }] });
    expect(scope.warnings.map(({ code, detail }) => `${code} ${detail ?? ""}`)).toEqual([
      "ISM767 DestinationRule sample/one of west was deleted at 2026-11-23T05:00:00Z: it is held by the finalizer team.example/hold (taken away by whoever works for it). Whatever an apply writes to it goes with it.",
    ]);
  });

  it("are planned where there is no Istio to judge them", async () => {
    const { plan: planned, scope } = await planRule(rule("new"), undefined, away);
    expect(planned.kind === "planned" ? planned.objects : []).toMatchObject([{ action: "create" }]);
    expect(scope.refused).toEqual([]);
  });
});
