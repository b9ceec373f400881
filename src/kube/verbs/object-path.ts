import type { Connection } from "../connection.ts";
import type { ObjectReference } from "../object-reference.ts";
import { collectionPath } from "../resource-paths.ts";

/**
 * Where an object is on the API server, or will be.
 *
 * @throws KubeError of kind `no-such-kind` where the API server does not serve the kind, with `verb` in its message.
 */
export async function objectPath(
  { discovery }: Connection,
  reference: ObjectReference,
  { verb, signal }: { readonly verb: string; readonly signal: AbortSignal },
): Promise<string> {
  const mapping = await discovery.find(reference, verb, signal);
  if (mapping.namespaced && reference.namespace === undefined) {
    throw new TypeError(`${reference.kind} ${reference.name} needs a namespace`);
  }
  return `${collectionPath(reference.apiVersion, mapping, reference.namespace)}/${encodeURIComponent(reference.name)}`;
}
