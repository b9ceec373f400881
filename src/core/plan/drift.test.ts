import { describe, expect, it } from "vitest";
import type { DriftFacts } from "../checks/drift-facts.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { idOf } from "../model/kube-object.ts";
import { Secret } from "../secret.ts";
import { digestObject } from "./digest.ts";
import type { AddedField } from "./added-fields.ts";
import type { RefusedObject } from "./drift.ts";
import { driftOf, servicesByManifest } from "./drift.ts";
import type { InventoryItem } from "./inventory.ts";
import type { ClusterPlan, PlannedObject } from "./plan.ts";

type Planned = Extract<ClusterPlan, { readonly kind: "planned" }>;

const route: KubeObject = {
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "orders", namespace: "shop" },
  spec: { hosts: ["orders"] },
};
const editor = { manager: "kubectl-edit", time: "2026-11-23T05:00:00Z" };

function planned(change: Partial<PlannedObject>): PlannedObject {
  const object = change.object ?? route;
  return {
    action: "update",
    phase: "routes",
    wave: "routes",
    id: idOf(object),
    object,
    live: object,
    fields: [],
    ...change,
  };
}

function item(object: KubeObject, settledFor?: KubeObject): InventoryItem {
  return {
    id: idOf(object),
    apiVersion: object.apiVersion,
    wave: "routes",
    created: true,
    ...(settledFor === undefined ? {} : { settled: { digest: digestObject(settledFor), resourceVersion: "7" } }),
  };
}

function drift(
  change: Partial<Planned>,
  refused: readonly RefusedObject[] = [],
): Extract<DriftFacts, { readonly kind: "compared" }> {
  const facts = driftOf(
    {
      kind: "planned",
      cluster: "east",
      objects: [],
      prune: [],
      inventory: { mesh: "demo", cluster: "east", items: [item(route, route)] },
      inventoryCurrent: true,
      ...change,
    },
    () => undefined,
    refused,
  );
  if (facts.kind !== "compared") {
    throw new Error("a plan is compared");
  }
  return facts;
}

describe("an apply that has not ended", () => {
  const inventory = { mesh: "demo", cluster: "east", unfinished: true } as const;
  const made = planned({ action: "create", live: undefined });
  const statesOf = (items: readonly InventoryItem[], change: Partial<Planned> = {}): readonly string[] =>
    drift({ objects: [made], inventory: { ...inventory, items }, ...change }).objects.map(({ state }) => state);

  it("has not made what it had yet to make, and nobody has deleted that", () => {
    expect(statesOf([item(route)])).toEqual(["unmade"]);
    expect(drift({ objects: [made], inventory: { ...inventory, items: [item(route)] } }).unfinished).toBe(true);
  });

  it("did not make anew what an earlier one had made and somebody has deleted", () => {
    expect(statesOf([item(route, route)])).toEqual(["gone"]);
  });

  it("leaves no mark when it has ended: what is not there is gone then", () => {
    const ended = { mesh: "demo", cluster: "east", items: [item(route)] };
    const facts = drift({ objects: [made], inventory: ended });
    expect(facts.objects.map(({ state }) => state)).toEqual(["gone"]);
    expect(facts).not.toHaveProperty("unfinished");
  });
});

describe("what others have added", () => {
  const older = false;
  const added: AddedField = {
    path: 'spec.http[name="a"].timeout',
    pointer: "/spec/http/0/timeout",
    value: "1s",
    item: { pointer: "/spec/http/0/name", value: "a" },
    writer: editor,
    older,
  };

  it("is told with its value, its writer and what has to stand there for it to be taken out", () => {
    expect(drift({ objects: [planned({ action: "none", added: [added] })] })).toEqual({
      kind: "compared",
      applied: true,
      objects: [],
      added: [
        {
          id: idOf(route),
          fields: [
            {
              path: added.path,
              pointer: added.pointer,
              value: '"1s"',
              test: { pointer: added.pointer, value: '"1s"' },
              writer: editor,
            },
          ],
        },
      ],
      unknown: [],
    });
  });

  it("has no value that could be a password, and the names of a list", () => {
    const path = 'spec.template.spec.containers[name="a"].env';
    const value = [{ name: "PASSWORD", value: "x" }];
    const objects = [planned({ action: "none", added: [{ ...added, path, value }] })];
    const [object] = drift({ objects }).added ?? [];
    expect(object?.fields).toEqual([
      {
        path,
        pointer: added.pointer,
        items: ["PASSWORD"],
        test: { pointer: "/spec/http/0/name", value: '"a"' },
        writer: editor,
      },
    ]);
  });

  it("says how a DestinationRule encrypts, however long the field is and wherever that stands", () => {
    const rule = { ...route, kind: "DestinationRule" };
    const modesOf = (pointer: string, value: Json): unknown =>
      drift({
        objects: [planned({ object: rule, action: "none", added: [{ ...added, pointer, value }] })],
        inventory: { mesh: "demo", cluster: "east", items: [item(rule)] },
      }).added?.[0]?.fields[0]?.tlsModes;
    const long = { loadBalancer: { simple: "ROUND_ROBIN", warmup: { duration: "30s", minimumPercent: 10 } } };
    const ports = [{ port: { number: 80 }, tls: {} }];
    expect(modesOf("/spec/trafficPolicy", { ...long, portLevelSettings: ports, tls: { mode: "SIMPLE" } })).toEqual([
      "DISABLE",
      "SIMPLE",
    ]);
    expect(modesOf("/spec/trafficPolicy/tls", { mode: "ISTIO_MUTUAL" })).toEqual(["ISTIO_MUTUAL"]);
    expect(modesOf("/spec/trafficPolicy/tls/mode", "MUTUAL")).toEqual(["MUTUAL"]);
    expect(modesOf("/spec/trafficPolicy", long)).toBeUndefined();
  });

  it("is nothing in what was there before us and has it since then, nor in what is not ours yet", () => {
    const objects = [planned({ action: "none", added: [{ ...added, older: true }] })];
    const adopted = { ...item(route, route), created: false };
    const inventory = { mesh: "demo", cluster: "east", items: [adopted] };
    expect(drift({ objects, inventory }).added).toBeUndefined();
    expect(drift({ objects, inventory: { ...inventory, items: [] } }).added).toBeUndefined();
  });
});

const host = { path: "spec.hosts[0]", before: "other", after: "orders" };

describe("the drift of an object", () => {
  it("is none where an apply would change nothing", () => {
    expect(drift({ objects: [planned({ action: "none" })] })).toEqual({
      kind: "compared",
      applied: true,
      objects: [],
      unknown: [],
    });
  });

  it("is somebody's change where another field manager wrote the field", () => {
    const objects = [planned({ fields: [{ ...host, changedBy: editor }] })];
    expect(drift({ objects }).objects).toEqual([
      {
        id: idOf(route),
        state: "changed",
        fields: [{ path: "spec.hosts[0]", live: '"other"', wanted: '"orders"' }],
        writer: editor,
      },
    ]);
  });

  it("is somebody's change where the last apply asked for the same, though nobody is named", () => {
    expect(drift({ objects: [planned({ fields: [host] })] }).objects[0]).toMatchObject({ state: "changed" });
  });

  it("is a mesh file that was not applied yet where the wish is new and the field is ours", () => {
    const wish = { ...route, spec: { hosts: ["new"] } };
    expect(drift({ objects: [planned({ object: wish, fields: [host] })] }).objects[0]).toMatchObject({
      state: "pending",
    });
  });

  it("is a deletion where the inventory has the object, and a new wish where it has not", () => {
    const other = { ...route, metadata: { name: "new", namespace: "shop" } };
    const objects = [
      planned({ action: "create", live: undefined }),
      planned({ action: "create", live: undefined, object: other }),
    ];
    expect(drift({ objects }).objects.map((one) => [one.id.name, one.state])).toEqual([
      ["orders", "gone"],
      ["new", "pending"],
    ]);
  });

  it("is none where an autoscaler has set the number of replicas, and one where a person has", () => {
    const scaled = (manager: string): PlannedObject =>
      planned({ fields: [{ path: "spec.replicas", before: 5, after: 2, changedBy: { manager, time: "" } }] });
    expect(drift({ objects: [scaled("kube-controller-manager")] }).objects).toEqual([]);
    expect(drift({ objects: [scaled("kubectl")] }).objects[0]).toMatchObject({ state: "changed" });
  });

  it("is not looked for in what only an apply can fill in", () => {
    expect(
      drift({ objects: [planned({ knownAfterApply: { needs: "cacerts", fillIn: () => route } })] }).objects,
    ).toEqual([]);
  });

  it("is what the API server would not take back, with its words", () => {
    const diagnostic = { code: "ISM269", severity: "error", summary: "no", detail: "Duplicate value." } as const;
    const { objects, unknown } = drift({}, [{ id: idOf(route), diagnostic }]);
    expect(objects).toEqual([{ id: idOf(route), state: "changed", fields: [], refusal: "Duplicate value." }]);
    expect(unknown).toEqual([]);
  });

  it("is not known of what may not be asked about", () => {
    const diagnostic = { code: "ISM265", severity: "error", summary: "Forbidden", detail: "" } as const;
    const { objects, unknown } = drift({}, [{ id: idOf(route), diagnostic }]);
    expect(objects).toEqual([]);
    expect(unknown).toEqual([{ object: "VirtualService shop/orders", reason: "Forbidden" }]);
  });

  it("holds no value that could be a secret", () => {
    const hidden = "hunter2";
    const secret: KubeObject = { apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "shop" } };
    const map: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "shop" } };
    const fields = [
      { path: "data.a", before: new Secret(hidden), after: new Secret("other"), changedBy: editor },
      { path: "spec.template.spec.containers[0].env[0].value", before: hidden, after: "x", changedBy: editor },
      { path: 'metadata.annotations["note"]', before: hidden, after: undefined, changedBy: editor },
    ];
    const objects = [secret, map, route].map((object) => planned({ object, fields }));
    const inventory = { mesh: "demo", cluster: "east", items: [secret, map, route].map((object) => item(object)) };
    const found = drift({ objects, inventory });
    expect(found.objects).toHaveLength(3);
    expect(JSON.stringify(found)).not.toContain(hidden);
  });

  it("says of which service's manifests the object is, and which pods it makes", () => {
    const deployment: KubeObject = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "orders-v1" },
      spec: { template: { metadata: { labels: { version: "v1" } } } },
    };
    const service = { name: "orders", namespace: "shop" } as Parameters<typeof servicesByManifest>[0][number];
    const serviceOf = servicesByManifest([service], () => [deployment]);
    const live = { ...deployment, metadata: { name: "orders-v1", namespace: "shop" } };
    const plan: Planned = {
      kind: "planned",
      cluster: "east",
      objects: [planned({ object: live, action: "create", live: undefined })],
      prune: [],
      inventory: { mesh: "demo", cluster: "east", items: [item(live)] },
      inventoryCurrent: true,
    };
    expect(driftOf(plan, serviceOf)).toMatchObject({
      objects: [{ state: "gone", service: "shop/orders", podLabels: { version: "v1" } }],
    });
  });
});

describe("what would be refused", () => {
  const says = "ValidatingAdmissionPolicy 'freeze' with binding 'freeze' denied request: until Monday";

  it("is kept apart from what has changed, tried or asked for", () => {
    const diagnostic = { code: "ISM757", severity: "error", summary: "", detail: says } as const;
    const facts = drift({ refusedWrites: [{ id: idOf(route), pod: true, says }] }, [{ id: idOf(route), diagnostic }]);
    expect(facts).toMatchObject({
      objects: [],
      refusedWrites: [
        { id: idOf(route), pod: true, says },
        { id: idOf(route), says },
      ],
    });
  });
});

it("keeps what was tried", () => {
  const triedWrites = { pods: ["shop"], unknown: [{ write: "Service in shop", reason: "forbidden" }] };
  expect(drift({ triedWrites }).triedWrites).toEqual(triedWrites);
});

it("counts what an apply has written where no inventory knows of it, and nothing that others have", () => {
  const marked = { ...route, metadata: { ...route.metadata, labels: { "isthmus.dev/mesh": "demo" } } };
  const by = (manager: string, operation = "Apply"): KubeObject => ({
    ...marked,
    metadata: { ...marked.metadata, managedFields: [{ manager, operation }] },
  });
  const space: KubeObject = { ...by("isthmus"), apiVersion: "v1", kind: "Namespace" };
  const objects = [
    planned({ action: "none", object: marked, live: by("isthmus") }),
    planned({ action: "none", object: marked, live: by("argocd-controller") }),
    planned({ action: "none", object: marked, live: by("isthmus", "Update") }),
    planned({ object: marked, live: route }),
    planned({ object: marked, live: undefined }),
    planned({ action: "none", object: space, live: space }),
  ];
  expect(drift({ objects, inventory: { mesh: "demo", cluster: "east", items: [] } }).unlisted).toBe(1);
  expect(drift({ objects }).unlisted).toBeUndefined();
});

it("tells of each object that somebody has deleted and that is not gone yet", () => {
  const deletion = { since: "2026-11-23T05:00:00Z", finalizers: [{ name: "team.example/hold" }] };
  expect(drift({ objects: [planned({ action: "none", deletion })] }).deletions).toEqual([
    { id: idOf(route), ...deletion },
  ]);
  expect(drift({ objects: [planned({ action: "none" })] })).not.toHaveProperty("deletions");
});

it("keeps which workloads would get no sidecar", () => {
  const bare = [{ id: idOf(route), refusal: true }] as const;
  expect(drift({ bareTrials: bare })).toMatchObject({ bareTrials: bare });
});
