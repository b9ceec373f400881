import { keyOf } from "../../core/model/kube-object.ts";
import { digestLive, digestObject } from "../../core/plan/digest.ts";
import type { InventoryItem } from "../../core/plan/inventory.ts";
import type { PlannedObject } from "../../core/plan/plan.ts";
import type { ReadLive } from "../plan/live-objects.ts";
import { createLiveReader } from "../plan/live-objects.ts";
import { isSettled } from "../plan/unchanged-since-apply.ts";
import type { Working } from "./cluster-run.ts";

/**
 * Notes at which resourceVersion each object is exactly what this apply made
 * of it (or found to be as asked). An object that somebody else changed in the
 * meantime gets no note, so that the next plan asks the API server about it.
 */
export async function settleItems(
  work: Working,
  items: readonly InventoryItem[],
  signal: AbortSignal,
): Promise<readonly InventoryItem[]> {
  const planned = new Map(work.plan.objects.map((object) => [keyOf(object.id), object]));
  const open = new Map(
    items.flatMap((item) => {
      const object = planned.get(keyOf(item.id));
      return object === undefined || isSettledStill(work, item, object) ? [] : [[item, object] as const];
    }),
  );
  const wanted = [...open.values()].map(({ object }) => object);
  const readLive = createLiveReader(work.one.client, work.plan.inventory.mesh, wanted, signal);
  return Promise.all(
    items.map(async (item): Promise<InventoryItem> => {
      const object = open.get(item);
      return object === undefined ? item : settleItem(work, item, object, readLive);
    }),
  );
}

/** The note speaks of one resourceVersion, where it stays true whatever has been written since. */
function isSettledStill(work: Working, { id, settled }: InventoryItem, { object, live }: PlannedObject): boolean {
  return !work.outcomes.has(keyOf(id)) && live !== undefined && isSettled(settled, object, live);
}

async function settleItem(
  work: Working,
  item: InventoryItem,
  object: PlannedObject,
  readLive: ReadLive,
): Promise<InventoryItem> {
  const { settled: _settled, ...bare } = item;
  const outcome = work.outcomes.get(keyOf(item.id));
  const expected = outcome?.result ?? (object.live === undefined ? undefined : digestLive(object.live));
  if (expected === undefined) {
    return bare;
  }
  const live = await readLive(object.object);
  const version = live?.metadata["resourceVersion"];
  if (live === undefined || typeof version !== "string" || digestLive(live) !== expected) {
    return bare;
  }
  return { ...bare, settled: { digest: outcome?.applied ?? digestObject(object.object), resourceVersion: version } };
}
