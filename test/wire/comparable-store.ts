import { Buffer } from "node:buffer";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import type { WireObject } from "../../src/kube/fake/fake-store.ts";

/** What a mesh has come to: every object by cluster and key, without what differs from run to run. */
export type Outcome = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Every object of every cluster, so that two runs on fresh clusters can be
 * compared: no uid and resourceVersion, Secrets decoded, addresses replaced by
 * the cluster's name and PEM blocks by their kind; of the inventory what it
 * lists, of the Lease who holds it.
 */
export function outcomeOf(world: FakeClusters): Outcome {
  const hide = (text: string): string =>
    Object.entries(world.servers).reduce((hidden, [name, { url }]) => hidden.replaceAll(url, `https://${name}`), text);
  return Object.fromEntries(
    Object.entries(world.servers).map(([cluster, { store }]) => [
      cluster,
      Object.fromEntries(
        store
          .all()
          .map((object) => [keyOf(object), comparable(object, hide)] as const)
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ),
    ]),
  );
}

/** How events, plans and inventories name an object. */
export interface ObjectId {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** `Kind/namespace/name`, without the namespace where there is none. */
export function keyOfId({ kind, namespace, name }: ObjectId): string {
  return [kind, namespace, name].filter((part) => part !== undefined).join("/");
}

/** The same of an object as it is stored. */
export function keyOf({ kind, metadata }: WireObject): string {
  return keyOfId({ kind, ...metadata });
}

function comparable(object: WireObject, hide: (text: string) => string): unknown {
  const { uid: _uid, resourceVersion: _version, ...metadata } = object.metadata;
  if (object.kind === "Lease") {
    return (object["spec"] as { readonly holderIdentity: string }).holderIdentity === "" ? "nobody's" : "held";
  }
  if (object.metadata.name.startsWith("isthmus-inventory-")) {
    return itemsOf(object).map(({ settled: _settled, ...item }) => item);
  }
  if (object.kind === "Secret") {
    const data = Object.entries((object["data"] ?? {}) as Readonly<Record<string, string>>);
    const decoded = data.map(([key, value]) => [key, hidePem(hide(Buffer.from(value, "base64").toString("utf8")))]);
    return { ...object, metadata, data: Object.fromEntries(decoded) };
  }
  return { ...object, metadata };
}

/** What an inventory lists. */
export function itemsOf(inventory: WireObject): readonly { readonly id: ObjectId; readonly settled?: object }[] {
  const { items } = inventory["data"] as { readonly items: string };
  return JSON.parse(items) as readonly { readonly id: ObjectId }[];
}

function hidePem(text: string): string {
  return text.replaceAll(/-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g, "<$1>");
}
