import type { KubeClient, PodHttpResponse } from "./client.ts";

/**
 * A client that asks for the same object, list or page of a pod once and gives
 * everybody that answer: what readers side by side find is then of one moment. It
 * forgets nothing, so it is for one look at a cluster; changes go through
 * unshared. Pages only with `pages`: they are large, and mostly one reader's.
 */
export function shareReads(client: KubeClient, { pages = false }: { readonly pages?: boolean } = {}): KubeClient {
  const reads = new Map<string, Promise<unknown>>();
  const once = async <T>(verb: string, what: object, read: () => Promise<T>): Promise<T> => {
    const key = `${verb} ${JSON.stringify(what, Object.keys(what).sort())}`;
    const known = reads.get(key) as Promise<T> | undefined;
    const reading = known ?? read();
    reads.set(key, reading);
    return reading;
  };
  return {
    ...client,
    get: async (reference, options) => once("get", reference, async () => client.get(reference, options)),
    list: async (query, options) => once("list", query, async () => client.list(query, options)),
    podHttpGet: async (target, path, options) => {
      const read = async (): Promise<PodHttpResponse> => client.podHttpGet(target, path, options);
      return pages ? once("page", { ...target, path }, read) : read();
    },
  };
}
