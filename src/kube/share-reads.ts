import type { KubeObject } from "../core/model/kube-object.ts";
import type { Labels } from "../core/model/labels.ts";
import { hasLabels } from "../core/model/labels.ts";
import type { KubeClient, ListQuery, PodHttpResponse } from "./client.ts";
import { KubeError } from "./errors.ts";
import type { ObjectReference } from "./object-reference.ts";

/**
 * A client that asks for the same object, list or page of a pod once and gives
 * everybody that answer: what readers side by side find is then of one moment.
 * A list without a selector answers also for each of its objects, and for
 * those of a label, to who asks after it has begun. It forgets nothing, so it
 * is for one look at a cluster; changes go through unshared. Pages only with
 * `pages`: they are large, and mostly one reader's.
 */
export function shareReads(client: KubeClient, { pages = false }: { readonly pages?: boolean } = {}): KubeClient {
  const reads = new Map<string, Promise<unknown>>();
  const once = async <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const known = reads.get(key) as Promise<T> | undefined;
    const reading = known ?? read();
    reads.set(key, reading);
    return reading;
  };
  /** The objects of a whole list that is being read and has these among them; undefined where none is, or it was refused. */
  const among = async (query: ListQuery): Promise<readonly KubeObject[] | undefined> => {
    const { apiVersion, kind, namespace } = query;
    const everywhere = reads.get(keyOf("list", { apiVersion, kind }));
    const here = namespace === undefined ? undefined : reads.get(keyOf("list", { apiVersion, kind, namespace }));
    try {
      const objects = (await (everywhere ?? here)) as readonly KubeObject[] | undefined;
      return everywhere === undefined ? objects : objects?.filter((one) => isIn(one, namespace));
    } catch (error) {
      // Who asks by itself gets the answer to that.
      if (error instanceof KubeError && (error.kind === "forbidden" || error.kind === "no-such-kind")) {
        return undefined;
      }
      throw error;
    }
  };
  /** What a whole list that is being read says to a query, where it can say all of it. */
  const answered = async (query: ListQuery): Promise<readonly KubeObject[] | undefined> => {
    const asked = labelsOf(query);
    const objects = asked === undefined ? undefined : await among(query);
    return objects?.filter(({ metadata }) => hasLabels(metadata.labels ?? {}, asked ?? {}));
  };
  return {
    ...client,
    get: async (reference, options) =>
      once(keyOf("get", reference), async () => {
        const objects = await among(reference);
        return objects === undefined
          ? client.get(reference, options)
          : objects.find(({ metadata }) => metadata.name === reference.name);
      }),
    list: async (query, options) =>
      once(keyOf("list", query), async () => (await answered(query)) ?? client.list(query, options)),
    listMetadata: async (query, options) =>
      once(keyOf("metadata", query), async () => (await answered(query)) ?? client.listMetadata(query, options)),
    podHttpGet: async (target, path, options) => {
      const read = async (): Promise<PodHttpResponse> => client.podHttpGet(target, path, options);
      return pages ? once(keyOf("page", { ...target, path }), read) : read();
    },
  };
}

function keyOf(verb: string, what: object): string {
  return `${verb} ${JSON.stringify(what, Object.keys(what).sort())}`;
}

function isIn({ metadata }: KubeObject, namespace: ObjectReference["namespace"]): boolean {
  return namespace === undefined || metadata.namespace === namespace;
}

/** The labels that a query asks for; undefined for a list that another one cannot answer for. */
function labelsOf({ namespace, labelSelector, fieldSelector }: ListQuery): Labels | undefined {
  if (fieldSelector !== undefined) {
    return undefined;
  }
  if (labelSelector === undefined) {
    return namespace === undefined ? undefined : {};
  }
  const [, key, value] = /^([^=!,\s()]+)=([^=!,\s()]*)$/.exec(labelSelector) ?? [];
  return key === undefined || value === undefined ? undefined : { [key]: value };
}
