import type { InventoryItem } from "../../core/plan/inventory.ts";
import { waves } from "../../core/render/waves.ts";
import type { ObjectReference } from "../../kube/object-reference.ts";
import { waitUntilGone } from "../../kube/readiness/wait.ts";
import { uninstallCatalogApp } from "../catalog-app.ts";
import type { Connected } from "../connect.ts";
import type { EngineOptions } from "../options.ts";
import type { RancherState } from "../rancher.ts";

type DeleteOptions = EngineOptions & { readonly rancher: RancherState };

/**
 * Deletes owned objects, the waves in reverse, each waited for until it is
 * gone. An object that was there before isthmus stays: only the fields that we
 * own are given back. Returns the items that are done.
 */
export async function deleteItems(
  one: Connected,
  items: readonly InventoryItem[],
  options: DeleteOptions,
): Promise<readonly InventoryItem[]> {
  const done: InventoryItem[] = [];
  for (const wave of [...waves].reverse()) {
    const ofWave = items.filter((item) => item.wave === wave);
    // Webhooks go before the istiod that answers them: a webhook without a server refuses every request.
    const first = ofWave.filter((item) => item.id.kind.endsWith("WebhookConfiguration"));
    const rest = ofWave.filter((item) => !first.includes(item));
    for (const batch of [first, rest]) {
      await Promise.all(batch.map(async (item) => deleteOrRelease(one, item, options)));
      await waitUntilGone(one.client, batch.filter((item) => item.created).map(referenceOfItem), {
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        onPending: () => {},
      });
      done.push(...batch);
    }
  }
  return done;
}

async function deleteOrRelease(one: Connected, item: InventoryItem, options: DeleteOptions): Promise<void> {
  const reference = referenceOfItem(item);
  if (reference.apiVersion === "catalog.cattle.io/v1" && reference.kind === "App") {
    await uninstall(one, item, options);
    return;
  }
  if (item.created) {
    await one.client.delete(reference, { signal: options.signal });
    options.onEvent({ kind: "object.deleted", cluster: one.cluster.name, id: item.id });
    return;
  }
  if ((await one.client.get(reference, { signal: options.signal })) === undefined) {
    return;
  }
  const { name, namespace } = reference;
  // Applying nothing gives back every field that this manager owned.
  await one.client.apply(
    {
      apiVersion: reference.apiVersion,
      kind: reference.kind,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    },
    { signal: options.signal },
  );
}

/** An App is a release of helm's: deleting the object would leave everything behind that the chart made. */
async function uninstall(one: Connected, item: InventoryItem, options: DeleteOptions): Promise<void> {
  if (options.rancher.kind !== "linked") {
    throw new Error("Rancher is away, and only Rancher's catalog takes away what it installed");
  }
  const app = { namespace: item.id.namespace ?? "", name: item.id.name };
  await uninstallCatalogApp(app, { link: options.rancher.link, cluster: one.cluster }, options);
  options.onEvent({ kind: "object.deleted", cluster: one.cluster.name, id: item.id });
}

function referenceOfItem(item: InventoryItem): ObjectReference {
  const { kind, name, namespace } = item.id;
  return { apiVersion: item.apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
