import type { KubeObject } from "../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import { meshLabel } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import { referenceOf } from "../../kube/object-reference.ts";

/** Reads the live object of a wanted one; undefined where it is not there. Each object is asked for once. */
export type ReadLive = (object: KubeObject) => Promise<KubeObject | undefined>;

/** From how many wanted objects of a kind in a namespace on one list is cheaper than reading each (docs/adr/0012). */
const worthListing = 3;

/**
 * Reads live objects as a GET of each would, with fewer requests: those of a
 * kind in a namespace that carry the mesh's label come with one list. What is
 * not among them (adopted, without the label) is read by itself, and so is
 * everything where the account may get and not list. An object is let go of
 * when it is read, so that no more than the lists are held.
 */
export function createLiveReader(
  client: KubeClient,
  mesh: string,
  wanted: readonly KubeObject[],
  signal: AbortSignal,
): ReadLive {
  const counts = new Map<string, number>();
  for (const object of wanted) {
    counts.set(collectionOf(object), (counts.get(collectionOf(object)) ?? 0) + 1);
  }
  const lists = new Map<string, Promise<Map<string, KubeObject>>>();
  return async (object) => {
    const collection = collectionOf(object);
    if ((counts.get(collection) ?? 0) >= worthListing) {
      const list = lists.get(collection) ?? listLabelled(client, mesh, object, signal);
      lists.set(collection, list);
      const listed = await list;
      const key = keyOf(idOf(object));
      const found = listed.get(key);
      if (found !== undefined) {
        listed.delete(key);
        return found;
      }
    }
    return client.get(referenceOf(object), { signal });
  };
}

function collectionOf({ apiVersion, kind, metadata }: KubeObject): string {
  return `${apiVersion} ${kind} ${metadata.namespace ?? ""}`;
}

/** In one namespace at a time: rights may be given there only, and other namespaces may hold many objects of others. */
async function listLabelled(
  client: KubeClient,
  mesh: string,
  { apiVersion, kind, metadata: { namespace } }: KubeObject,
  signal: AbortSignal,
): Promise<Map<string, KubeObject>> {
  const query = {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    labelSelector: `${meshLabel}=${mesh}`,
  };
  try {
    const objects = await client.list(query, { signal });
    return new Map(objects.map((object) => [keyOf(idOf(object)), object]));
  } catch (error) {
    // Who may get and not list, or asks for a kind that is not served yet, gets each answer by itself.
    if (error instanceof KubeError && (error.kind === "forbidden" || error.kind === "no-such-kind")) {
      return new Map();
    }
    throw error;
  }
}
