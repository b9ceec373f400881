import type { KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError, unlessForbidden } from "../../kube/errors.ts";

/** All objects of a kind in a cluster; none where the API server does not serve the kind. */
export async function listEverywhere(
  client: KubeClient,
  kind: { readonly apiVersion: string; readonly kind: string },
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  return orNone(async () => client.list(kind, { signal }));
}

/** All objects of these kinds in a cluster; none of a kind that is not served, or that this account may not list. */
export async function listAllowed(
  client: KubeClient,
  kinds: readonly { readonly apiVersion: string; readonly kind: string }[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(
    kinds.map(async (kind) =>
      unlessForbidden(
        async () => listEverywhere(client, kind, signal),
        () => [],
      ),
    ),
  );
  return lists.flat();
}

/** The objects of a kind in the given namespaces; none where the API server does not serve the kind. */
export async function listKnown(
  client: KubeClient,
  kind: { readonly apiVersion: string; readonly kind: string },
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  return orNone(async () => {
    const all = await Promise.all(namespaces.map(async (namespace) => client.list({ ...kind, namespace }, { signal })));
    return all.flat();
  });
}

/**
 * The same by one request for all namespaces, which is fewer than one for each;
 * an account that has rights in its namespaces only is asked for these.
 */
export async function listWithin(
  client: KubeClient,
  kind: { readonly apiVersion: string; readonly kind: string },
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  return unlessForbidden(
    async () => {
      const all = await listEverywhere(client, kind, signal);
      return all.filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ""));
    },
    async () => listKnown(client, kind, namespaces, signal),
  );
}

async function orNone(list: () => Promise<readonly KubeObject[]>): Promise<readonly KubeObject[]> {
  try {
    return await list();
  } catch (error) {
    if (error instanceof KubeError && error.kind === "no-such-kind") {
      return [];
    }
    throw error;
  }
}
