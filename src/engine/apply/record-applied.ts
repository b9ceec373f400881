import type { KubeObject } from "../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import { cedeFields } from "../../core/plan/ceded-fields.ts";
import { diffObjects } from "../../core/plan/diff.ts";
import { digestLive, digestObject } from "../../core/plan/digest.ts";
import type { InventoryItem } from "../../core/plan/inventory.ts";
import type { PlannedObject } from "../../core/plan/plan.ts";
import { isCatalogApp } from "../../core/render/rancher-app.ts";
import { KubeError } from "../../kube/errors.ts";
import type { ReadLive } from "../plan/live-objects.ts";
import { createLiveReader, largeKinds } from "../plan/live-objects.ts";
import { isUnchangedSinceApply } from "../plan/unchanged-since-apply.ts";
import type { ClusterRun, WrittenObject } from "./cluster-run.ts";

/**
 * Notes at which resourceVersion, and with which content, applying each object
 * again would change nothing: it is exactly what this apply made of it (or
 * found to be as asked), or controllers have added what is theirs and the API
 * server says so. Any other object gets no note, so that the next plan asks.
 */
export async function recordApplied(
  work: ClusterRun,
  items: readonly InventoryItem[],
  signal: AbortSignal,
): Promise<readonly InventoryItem[]> {
  const planned = new Map(work.plan.objects.map((object) => [keyOf(object.id), object]));
  const open = new Map(
    items.flatMap((item) => {
      const object = planned.get(keyOf(item.id));
      return object === undefined || isStillUnchanged(work, item, object) ? [] : [[item, object] as const];
    }),
  );
  const wanted = [...open.values()].map(({ object }) => object);
  const readLive = createLiveReader(work.one.client, work.plan.inventory.mesh, wanted, {
    signal,
    byMetadata: largeKinds,
    suffices: (object, metadata) => isAsWritten(work.outcomes.get(keyOf(idOf(object))), metadata),
  });
  return Promise.all(
    items.map(async (item): Promise<InventoryItem> => {
      const object = open.get(item);
      return object === undefined ? item : recordItem(work, item, object, { readLive, signal });
    }),
  );
}

/** The note speaks of one resourceVersion, where it stays true whatever has been written since. */
function isStillUnchanged(work: ClusterRun, { id, settled }: InventoryItem, { object, live }: PlannedObject): boolean {
  return !work.outcomes.has(keyOf(id)) && live !== undefined && isUnchangedSinceApply(settled, object, live);
}

async function recordItem(
  work: ClusterRun,
  item: InventoryItem,
  object: PlannedObject,
  { readLive, signal }: { readonly readLive: ReadLive; readonly signal: AbortSignal },
): Promise<InventoryItem> {
  const { settled: _settled, ...bare } = item;
  const outcome = work.outcomes.get(keyOf(item.id));
  if (outcome === undefined && object.live === undefined) {
    return bare;
  }
  const live = await readLive(object.object);
  const version = live?.metadata["resourceVersion"];
  if (live === undefined || typeof version !== "string") {
    return bare;
  }
  const note = (digest: string): InventoryItem => ({
    ...bare,
    // Controllers write a status again and again, and each time the resourceVersion is another one.
    settled: { digest, resourceVersion: version, ...("status" in live ? { live: digestLive(live) } : {}) },
  });
  if (isAsLeft(outcome, object.live, live)) {
    return note(outcome?.applied ?? digestObject(object.object));
  }
  const desired = cedeFields(object.object, live);
  const complete = !object.knownAfterApply && !isCatalogApp(desired);
  return complete && (await isStillAsApplied(work, desired, live, signal)) ? note(digestObject(desired)) : bare;
}

/** True for an object that is what this apply has made of it, or what it `found` where it wrote nothing. */
function isAsLeft(outcome: WrittenObject | undefined, found: KubeObject | undefined, live: KubeObject): boolean {
  return outcome === undefined
    ? found !== undefined && digestLive(live) === digestLive(found)
    : isAsWritten(outcome, live) || digestLive(live) === outcome.result;
}

/** True while nobody has written to an object since this apply has. */
function isAsWritten(outcome: WrittenObject | undefined, live: KubeObject): boolean {
  return outcome?.resourceVersion !== undefined && outcome.resourceVersion === live.metadata["resourceVersion"];
}

/** Asks the API server, which alone knows whether what was added since (a revision, a CA) is in the way of what we apply. */
async function isStillAsApplied(
  { one }: ClusterRun,
  desired: KubeObject,
  live: KubeObject,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return diffObjects(live, await one.client.apply(desired, { dryRun: true, signal })).length === 0;
  } catch (error) {
    if (error instanceof KubeError) {
      return false;
    }
    throw error;
  }
}
