import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { expectMeshGone, folder, kubectl } from "./world.ts";

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

/** Every object of a cluster by its key, as somebody has asked for it. */
export type Snapshot = Readonly<Record<string, unknown>>;

/** Kinds that Kubernetes itself writes all the time, or makes out of others. */
const restless = /^(events|leases|endpointslices|endpoints|componentstatuses)(\.|$)/;

/** Written by Kubernetes' own controllers on objects that are not ours. */
const controllersOwn = /^(control-plane\.alpha|endpoints|deployment|node\.alpha)\.kubernetes\.io\//;

const clusters = ["west", "east"];

/** Keeps what both clusters have before their first mesh, for `expectAsBefore`. */
export async function rememberClusters(): Promise<void> {
  const before = await snapshots();
  expect(before.map((objects) => Object.keys(objects).length > 100)).toEqual([true, true]);
  // What an earlier removal had left would be there before and after.
  const left = before.flatMap((objects) => Object.keys(objects)).filter((key) => /istio|sample|isthmus-inv/.test(key));
  expect(left).toEqual([]);
  writeFileSync(remembered(), JSON.stringify(before));
}

/** Expects that both clusters are as `rememberClusters` found them, object by object; that the mesh is gone where it did not run. */
export async function expectAsBefore(): Promise<void> {
  if (!existsSync(remembered())) {
    await expectMeshGone();
    return;
  }
  await expectSame(JSON.parse(readFileSync(remembered(), "utf8")) as readonly Snapshot[]);
}

/** Expects that both clusters are, or become within a minute, as `snapshots` found them, object by object. */
export async function expectSame(before: readonly Snapshot[]): Promise<void> {
  // What hangs on deleted objects (APIServices of definitions) is taken away by Kubernetes a moment later.
  const end = Date.now() + 60_000;
  let after = await snapshots();
  while (inOrder(after) !== inOrder(before) && Date.now() < end) {
    await pause(2000);
    after = await snapshots();
  }
  expect(after).toEqual(before);
}

function remembered(): string {
  return path.join(folder(), "clusters-before.json");
}

/** What both clusters have. */
export async function snapshots(): Promise<readonly Snapshot[]> {
  return Promise.all(clusters.map(snapshot));
}

async function snapshot(cluster: string): Promise<Snapshot> {
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

function inOrder(all: readonly Snapshot[]): string {
  return JSON.stringify(all.map((objects) => Object.entries(objects).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}
