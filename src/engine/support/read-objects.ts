import type { KubeObject } from "../../core/model/kube-object.ts";
import { compareText } from "../../core/render/order.ts";
import type { InventoryItem } from "../../core/plan/inventory.ts";
import type { KubeClient } from "../../kube/client.ts";

/** How many of the newest events of a namespace are kept. */
const maximumEvents = 500;

/** Kubernetes' own Events of the namespaces, oldest first; of each namespace the newest 500. */
export async function readEvents(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(
    namespaces.map(async (namespace) => {
      const events = await client.list({ apiVersion: "v1", kind: "Event", namespace }, { signal });
      return events.toSorted((a, b) => compareText(timeOf(a), timeOf(b))).slice(-maximumEvents);
    }),
  );
  return lists.flat();
}

/** When an event happened last, ISO 8601; newer senders fill in `eventTime` alone. */
function timeOf(event: KubeObject): string {
  const [last, first] = [event["lastTimestamp"], event["eventTime"]];
  return typeof last === "string" ? last : typeof first === "string" ? first : "";
}

/** All pods of the namespaces. */
export async function readPods(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(
    namespaces.map(async (namespace) => client.list({ apiVersion: "v1", kind: "Pod", namespace }, { signal })),
  );
  return lists.flat();
}

/** The objects that an inventory names as they are on the cluster; those that are gone are left out. */
export async function readOwned(
  client: KubeClient,
  items: readonly InventoryItem[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const objects = await Promise.all(
    items.map(async ({ apiVersion, id: { kind, namespace, name } }) =>
      client.get({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }, { signal }),
    ),
  );
  return objects.filter((object) => object !== undefined).map(withoutSchema);
}

/** A CustomResourceDefinition without its schema, which is Istio's own and a hundred times as long as the rest. */
export function withoutSchema(object: KubeObject): KubeObject {
  if (object.kind !== "CustomResourceDefinition") {
    return object;
  }
  const { spec: _spec, ...rest } = object;
  return rest;
}
