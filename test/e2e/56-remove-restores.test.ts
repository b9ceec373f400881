import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import { isthmus, kubectl, meshFile } from "./world.ts";

interface Item {
  readonly kind: string;
  readonly metadata: {
    readonly uid: string;
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: object;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly object[];
    readonly managedFields?: readonly { readonly manager: string }[];
  };
}

/** Kinds that Kubernetes itself writes all the time, or makes out of others. */
const restless = /^(events|leases|endpointslices|endpoints|componentstatuses)(\.|$)/;

/** Written by Kubernetes' own controllers on objects that are not ours. */
const controllersOwn = /^(control-plane\.alpha|endpoints|deployment|node\.alpha)\.kubernetes\.io\//;

/** Every object of a cluster by its key, as it is without what Kubernetes itself changes. */
async function snapshot(cluster: string): Promise<Readonly<Record<string, unknown>>> {
  const kinds = await kubectl(cluster, ["api-resources", "--verbs=list", "-o", "name"]);
  const listed = kinds.out.split("\n").filter((kind) => kind !== "" && !restless.test(kind));
  const all = await kubectl(cluster, [
    "get",
    listed.join(","),
    "-A",
    "-o",
    "json",
    "--show-managed-fields",
    "--ignore-not-found",
  ]);
  const { items } = JSON.parse(all.out) as { readonly items: readonly Item[] };
  return Object.fromEntries(
    items.map((item) => [`${item.kind}/${item.metadata.namespace ?? ""}/${item.metadata.name}`, withoutChange(item)]),
  );
}

/** Everything but status, versions and times: what somebody has asked for, and who it is. */
function withoutChange(item: Item): unknown {
  const { status: _status, metadata, ...rest } = item as Item & { readonly status?: unknown };
  const { uid, labels = {}, annotations = {}, finalizers = [], ownerReferences = [], managedFields = [] } = metadata;
  return {
    ...rest,
    metadata: {
      uid,
      labels,
      annotations: Object.fromEntries(Object.entries(annotations).filter(([key]) => !controllersOwn.test(key))),
      finalizers,
      ownerReferences,
      ours: managedFields.some(({ manager }) => manager === "isthmus"),
    },
  };
}

const clusters = ["west", "east"];

beforeAll(async () => {
  // Also when this file runs alone.
  await isthmus(["remove", "-f", meshFile(), "--yes"]);
});

// The mesh is gone at the end, and the file after this one starts without it.
it("leaves the clusters as they were before, object by object", async () => {
  const before = await Promise.all(clusters.map(snapshot));
  expect(before.map((objects) => Object.keys(objects).length > 100)).toEqual([true, true]);
  // What an earlier removal had left would be there before and after.
  const left = before.flatMap((objects) => Object.keys(objects)).filter((key) => /istio|sample|isthmus-inv/.test(key));
  expect(left).toEqual([]);
  expect((await isthmus(["apply", "-f", meshFile(), "--yes"])).code).toBe(0);
  const meanwhile = await Promise.all(clusters.map(snapshot));
  expect(meanwhile.map((objects) => "Namespace//istio-system" in objects)).toEqual([true, true]);
  expect((await isthmus(["remove", "-f", meshFile(), "--yes"])).code).toBe(0);
  // What hangs on deleted objects (APIServices of definitions) is taken away by Kubernetes a moment later.
  const end = Date.now() + 60_000;
  let after = await Promise.all(clusters.map(snapshot));
  while (JSON.stringify(sorted(after)) !== JSON.stringify(sorted(before)) && Date.now() < end) {
    await pause(2000);
    after = await Promise.all(clusters.map(snapshot));
  }
  expect(after).toEqual(before);
});

function sorted(all: readonly Readonly<Record<string, unknown>>[]): unknown {
  return all.map((objects) => Object.entries(objects).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
