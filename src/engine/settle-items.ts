import { keyOf } from "../core/model/kube-object.ts";
import { digestObject } from "../core/plan/digest.ts";
import { diffObjects } from "../core/plan/diff.ts";
import type { InventoryItem } from "../core/plan/inventory.ts";
import type { PlannedObject } from "../core/plan/plan.ts";
import { referenceOf } from "../kube/object-reference.ts";
import { isSettled } from "./settled.ts";
import type { Working } from "./working.ts";

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
  return Promise.all(
    items.map(async (item): Promise<InventoryItem> => {
      const object = planned.get(keyOf(item.id));
      return object === undefined ? item : settleItem(work, item, object, signal);
    }),
  );
}

async function settleItem(
  work: Working,
  item: InventoryItem,
  object: PlannedObject,
  signal: AbortSignal,
): Promise<InventoryItem> {
  const { settled, ...bare } = item;
  const outcome = work.outcomes.get(keyOf(item.id));
  if (outcome === undefined && object.live !== undefined && isSettled(settled, object.object, object.live)) {
    // The note speaks of one resourceVersion, where it stays true whatever has been written since.
    return item;
  }
  const expected = outcome?.result ?? object.live;
  const applied = outcome?.applied ?? object.object;
  if (expected === undefined) {
    return bare;
  }
  const live = await work.one.client.get(referenceOf(object.object), { signal });
  const version = live?.metadata["resourceVersion"];
  if (live === undefined || typeof version !== "string" || diffObjects(expected, live).length > 0) {
    return bare;
  }
  return { ...bare, settled: { digest: digestObject(applied), resourceVersion: version } };
}
