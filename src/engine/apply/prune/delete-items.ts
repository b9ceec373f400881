import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import type { ObjectId } from "../../../core/model/kube-object.ts";
import type { InventoryItem } from "../../../core/plan/inventory.ts";
import type { ObjectReference } from "../../../kube/object-reference.ts";
import { waitUntilGone } from "../../../kube/readiness/wait.ts";
import { uninstallCatalogApp } from "../rancher-app.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import { describePending } from "../../progress/describe-pending.ts";
import type { RemovalBatch } from "../../../core/plan/removal-tasks.ts";
import { removalBatches } from "../../../core/plan/removal-tasks.ts";
import { preventDeletion } from "./prevent-deletion.ts";
import { releaseObject } from "./release-object.ts";
import type { RunOptions } from "../../options.ts";
import type { RancherState } from "../../clusters/rancher-link.ts";

interface DeleteOptions extends RunOptions {
  readonly rancher: RancherState;
  /** Keys of everything that isthmus owns in the cluster, also of what stays. */
  readonly owned: ReadonlySet<string>;
  /** Told what is still there and why, while that is waited for. */
  readonly onNote: (note: string) => void;
  /** Does one batch as a part of a task. */
  readonly part?: (batch: RemovalBatch, work: () => Promise<void>) => Promise<void>;
}

export interface Deletion {
  /** The items that are no longer isthmus' own. */
  readonly done: readonly InventoryItem[];
  readonly deleted: number;
  /** What stays, and why. */
  readonly keptObjects: readonly Diagnostic[];
}

/**
 * Deletes owned objects, the waves in reverse, each waited for until it is
 * gone; validating webhooks before all of them. An object that was there before isthmus stays: only the fields that we
 * own are given back. So does what `preventDeletion` keeps.
 */
export async function deleteItems(
  one: Connected,
  items: readonly InventoryItem[],
  options: DeleteOptions,
): Promise<Deletion> {
  const done: InventoryItem[] = [];
  const keptObjects: Diagnostic[] = [];
  const kept: ObjectId[] = [];
  let deleted = 0;
  const { part = async (_batch, work) => work() } = options;
  for (const batch of removalBatches(items)) {
    await part(batch, async () => {
      const outcomes = await Promise.all(
        batch.items.map(async (item) => [item, await deleteOrRelease(one, item, kept, options)] as const),
      );
      const gone = outcomes.filter(([, outcome]) => outcome === "deleted").map(([item]) => item);
      for (const [item, outcome] of outcomes) {
        if (typeof outcome !== "string") {
          keptObjects.push(outcome);
          kept.push(item.id);
        }
      }
      await waitUntilGone(one.client, gone.map(referenceOfItem), {
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        onPending: (pending) => options.onNote(describePending(pending)),
      });
      deleted += gone.length;
      done.push(...batch.items);
    });
  }
  return { done, deleted, keptObjects };
}

/** Deletes an item, gives back what is ours of it, or says why it stays as it is. */
async function deleteOrRelease(
  one: Connected,
  item: InventoryItem,
  kept: readonly ObjectId[],
  options: DeleteOptions,
): Promise<"deleted" | "released" | Diagnostic> {
  const reference = referenceOfItem(item);
  if (reference.apiVersion === "catalog.cattle.io/v1" && reference.kind === "App") {
    await uninstall(one, item, options);
    return "deleted";
  }
  const live = await one.client.get(reference, { signal: options.signal });
  if (live === undefined) {
    return item.created ? "deleted" : "released";
  }
  const keptObject = item.created
    ? await preventDeletion(one, { id: item.id, live }, { owned: options.owned, kept }, options.signal)
    : undefined;
  if (item.created && keptObject === undefined) {
    await one.client.delete(reference, { signal: options.signal });
    options.onEvent({ kind: "object.deleted", cluster: one.cluster.name, id: item.id });
    return "deleted";
  }
  // A definition without our fields would be none; of a namespace only labels and annotations are ours.
  if (keptObject === undefined || keptObject.code === "ISM312") {
    await releaseObject(one.client, live, options.signal);
  }
  return keptObject ?? "released";
}

/** An App is a release of helm's: deleting the object would leave everything behind that the chart made. */
async function uninstall(one: Connected, item: InventoryItem, options: DeleteOptions): Promise<void> {
  if (options.rancher.kind !== "linked") {
    throw new Error("Rancher is unavailable, and only Rancher's catalog takes away what it installed");
  }
  const app = { namespace: item.id.namespace ?? "", name: item.id.name };
  await uninstallCatalogApp(app, { link: options.rancher.link, cluster: one.cluster }, options);
  options.onEvent({ kind: "object.deleted", cluster: one.cluster.name, id: item.id });
}

function referenceOfItem(item: InventoryItem): ObjectReference {
  const { kind, name, namespace } = item.id;
  return { apiVersion: item.apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
