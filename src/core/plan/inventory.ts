import type { Drain } from "../model/drain.ts";
import type { KubeObject, ObjectId } from "../model/kube-object.ts";
import { keyOf } from "../model/kube-object.ts";
import { rancherLocalTarget, meshLabel } from "../render/names.ts";
import { compareText } from "../render/order.ts";
import type { Wave } from "../render/waves.ts";
import { waves } from "../render/waves.ts";

/** One object that isthmus applied to a cluster. */
export interface InventoryItem {
  readonly id: ObjectId;
  readonly apiVersion: string;
  /** The wave that applied it; removal goes the other way round. */
  readonly wave: Wave;
  /** False when the object was there before: `remove` then gives back our fields and leaves the object. */
  readonly created: boolean;
  /**
   * What the last apply left: the digest of what it applied, and at which
   * resourceVersion and with which content applying it again would change
   * nothing (docs/adr/0006).
   */
  readonly settled?: LastApplied;
}

export interface LastApplied {
  readonly digest: string;
  readonly resourceVersion: string;
  /** The digest of the live object without its status (`digestLive`), for one whose status moves the resourceVersion. */
  readonly live?: string;
}

/** What isthmus owns in one cluster for one mesh. */
export interface Inventory {
  readonly mesh: string;
  readonly cluster: string;
  readonly items: readonly InventoryItem[];
  /** What is taken out of traffic, in whichever cluster; absent where nothing is. */
  readonly drains?: readonly Drain[];
  /** The names that isthmus publishes for the mesh, or did and has not taken away yet; absent where there never were any. */
  readonly names?: readonly string[];
  /** True from the first write of an apply that makes something new until it has ended in this cluster, however long ago that was; absent where none has said so. */
  readonly unfinished?: boolean;
}

/** Inventories live beside the cluster's own bookkeeping, so that they outlast every namespace that an apply makes. */
export const inventoryNamespace = "kube-system";
/** Marks the ConfigMaps that are inventories; with `meshLabel` they can be found without knowing the mesh's name. */
export const inventoryLabel = "isthmus.dev/inventory";

/**
 * The name of a mesh's inventory ConfigMap in a cluster. What isthmus owns in
 * Rancher's local cluster has one of its own, since that cluster may be in the
 * mesh as well, and may manage the clusters of several meshes.
 */
export function inventoryName(mesh: string, cluster?: string): string {
  return cluster === rancherLocalTarget ? `isthmus-management-${mesh}` : `isthmus-inventory-${mesh}`;
}

/** The ConfigMap that holds an inventory; items are sorted, so that equal inventories are byte-equal. */
export function renderInventory(inventory: Inventory): KubeObject {
  const items = sortItems(inventory.items);
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: inventoryName(inventory.mesh, inventory.cluster),
      namespace: inventoryNamespace,
      labels: {
        [inventoryLabel]: inventory.cluster === rancherLocalTarget ? "management" : "true",
        [meshLabel]: inventory.mesh,
      },
    },
    data: {
      version: "1",
      mesh: inventory.mesh,
      cluster: inventory.cluster,
      items: JSON.stringify(items),
      // Where something was drained once it says that nothing is any more.
      ...(inventory.drains === undefined ? {} : { drains: JSON.stringify(inventory.drains) }),
      ...(inventory.names === undefined ? {} : { names: JSON.stringify(inventory.names) }),
      ...(inventory.unfinished === undefined ? {} : { unfinished: String(inventory.unfinished) }),
    },
  };
}

/** Reads an inventory back. Throws when the ConfigMap is not one of a version that this program knows. */
export function parseInventory(object: KubeObject): Inventory {
  const data = (object["data"] ?? {}) as Readonly<Record<string, string>>;
  if (data["version"] !== "1") {
    throw new Error(
      `ConfigMap ${inventoryNamespace}/${object.metadata.name} has inventory version ${data["version"] ?? "(none)"}; this program reads version 1`,
    );
  }
  const items = JSON.parse(data["items"] ?? "[]") as InventoryItem[];
  return {
    mesh: data["mesh"] ?? "",
    cluster: data["cluster"] ?? "",
    items: items.filter((item) => waves.includes(item.wave)),
    ...(data["drains"] === undefined ? {} : { drains: JSON.parse(data["drains"]) as Drain[] }),
    ...(data["names"] === undefined ? {} : { names: JSON.parse(data["names"]) as string[] }),
    ...(data["unfinished"] === undefined ? {} : { unfinished: data["unfinished"] === "true" }),
  };
}

/** The inventory with the names that are to be recorded; as it is where that is not known, and where there are none and never were. */
export function withNames(inventory: Inventory, names: readonly string[] | undefined): Inventory {
  return names === undefined || (names.length === 0 && inventory.names === undefined)
    ? inventory
    : { ...inventory, names: names.toSorted() };
}

/**
 * The inventory to write before an apply: everything that was there plus
 * everything that is about to be made. Written first, so that an apply that is
 * killed leaves nothing behind that nobody knows of.
 */
export function mergeInventories(
  before: readonly InventoryItem[],
  planned: readonly InventoryItem[],
): readonly InventoryItem[] {
  const merged = new Map(before.map((item) => [keyOf(item.id), item]));
  for (const item of planned) {
    const known = merged.get(keyOf(item.id));
    // Who made an object is decided once, when it is first met.
    merged.set(keyOf(item.id), known === undefined ? item : { ...known, ...item, created: known.created });
  }
  return sortItems([...merged.values()]);
}

/** By key, which is made once for each: a fleet's inventories have more than a million items. */
function sortItems(items: readonly InventoryItem[]): readonly InventoryItem[] {
  return items
    .map((item) => ({ key: keyOf(item.id), item }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ item }) => item);
}
