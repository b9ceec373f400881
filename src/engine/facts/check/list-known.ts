import type { KubeObject } from "../../../core/model/kube-object.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { KubeError } from "../../../kube/errors.ts";

/** The objects of a kind in the given namespaces; none where the API server does not serve the kind. */
export async function listKnown(
  client: KubeClient,
  kind: { readonly apiVersion: string; readonly kind: string },
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  try {
    const all = await Promise.all(namespaces.map(async (namespace) => client.list({ ...kind, namespace }, { signal })));
    return all.flat();
  } catch (error) {
    if (error instanceof KubeError && error.kind === "no-such-kind") {
      return [];
    }
    throw error;
  }
}
