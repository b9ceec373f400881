import type { KubeObject } from "../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import { meshLabel } from "../../core/render/names.ts";
import type { KubeClient, ListQuery } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import { referenceOf } from "../../kube/object-reference.ts";

/** Reads the live object of a wanted one; undefined where it is not there. Each object is asked for once. */
export type ReadLive = (object: KubeObject) => Promise<KubeObject | undefined>;

/** From how many wanted objects of a kind in a namespace on one list is cheaper than reading each (docs/adr/0012). */
const worthListing = 3;

/** Kinds whose bodies are most of them, without a status, and which nobody writes to after an apply as a rule. */
export const largeKinds: ReadonlySet<string> = new Set(["Secret", "ConfigMap", "ClusterRole", "Role"]);

export interface LiveReaderOptions {
  readonly signal: AbortSignal;
  /** The kinds whose metadata is asked for first. */
  readonly byMetadata: ReadonlySet<string>;
  /** Whether the metadata of a live object says all that is needed of it beside the wanted one. */
  readonly suffices: (wanted: KubeObject, metadata: KubeObject) => boolean;
  /** Objects that were just read whole. */
  readonly known?: readonly KubeObject[];
}

/**
 * Reads live objects as a GET of each would, with fewer requests: those of a
 * kind in a namespace that carry the mesh's label come with one list. What is
 * not among them (adopted, without the label) is read by itself, and so is
 * everything where the account may get and not list. Large objects come with
 * their metadata only (`byMetadata`) where that `suffices`. An object is let go of
 * when it is read, so that no more than the lists are held.
 */
export function createLiveReader(
  client: KubeClient,
  mesh: string,
  wanted: readonly KubeObject[],
  options: LiveReaderOptions,
): ReadLive {
  const collections = new Map<string, KubeObject[]>();
  for (const object of wanted) {
    const known = collections.get(collectionOf(object));
    if (known === undefined) {
      collections.set(collectionOf(object), [object]);
    } else {
      known.push(object);
    }
  }
  const known = new Map((options.known ?? []).map((object) => [keyOf(idOf(object)), object]));
  const lists = new Map<string, Promise<Map<string, KubeObject>>>();
  return async (object) => {
    const collection = collectionOf(object);
    const all = collections.get(collection) ?? [];
    if (all.length >= worthListing) {
      const list = lists.get(collection) ?? listCollection(client, mesh, all, options);
      lists.set(collection, list);
      const listed = await list;
      const key = keyOf(idOf(object));
      const found = listed.get(key);
      if (found !== undefined) {
        listed.delete(key);
        return found;
      }
    }
    return known.get(keyOf(idOf(object))) ?? client.get(referenceOf(object), options);
  };
}

/** Few objects of which the metadata does not suffice are left out, and read by themselves; many come with a list of whole ones. */
async function listCollection(
  client: KubeClient,
  mesh: string,
  wanted: readonly KubeObject[],
  { signal, byMetadata, suffices }: LiveReaderOptions,
): Promise<Map<string, KubeObject>> {
  const [first] = wanted;
  if (first === undefined) {
    return new Map();
  }
  const query = labelledQuery(mesh, first);
  if (byMetadata.has(first.kind)) {
    const listed = await listAllowed(client.listMetadata(query, { signal }));
    const lacking = wanted
      .map((object) => ({ object, key: keyOf(idOf(object)) }))
      .filter(({ object, key }) => {
        const found = listed.get(key);
        return found !== undefined && !suffices(object, found);
      });
    if (lacking.length < worthListing) {
      lacking.forEach(({ key }) => listed.delete(key));
      return listed;
    }
  }
  return listAllowed(client.list(query, { signal }));
}

function collectionOf({ apiVersion, kind, metadata }: KubeObject): string {
  return `${apiVersion} ${kind} ${metadata.namespace ?? ""}`;
}

/** In one namespace at a time: rights may be given there only, and other namespaces may hold many objects of others. */
function labelledQuery(mesh: string, { apiVersion, kind, metadata: { namespace } }: KubeObject): ListQuery {
  return {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    labelSelector: `${meshLabel}=${mesh}`,
  };
}

async function listAllowed(listing: Promise<readonly KubeObject[]>): Promise<Map<string, KubeObject>> {
  try {
    return new Map((await listing).map((object) => [keyOf(idOf(object)), object]));
  } catch (error) {
    // Who may get and not list, or asks for a kind that is not served yet, gets each answer by itself.
    if (error instanceof KubeError && (error.kind === "forbidden" || error.kind === "no-such-kind")) {
      return new Map();
    }
    throw error;
  }
}
