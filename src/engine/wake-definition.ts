import type { KubeObject } from "../core/model/kube-object.ts";
import type { KubeClient } from "../kube/client.ts";
import { KubeError } from "../kube/errors.ts";
import { conditionOf } from "../kube/readiness/object-fields.ts";

/** A definition's names are accepted for at least 5 s before several API servers establish it; milliseconds. */
const patienceMs = 10_000;

/** On a definition for the moment between two writes; a plan takes it away where a kill left it. */
const wokenAnnotation = "isthmus.dev/woken";

export interface WakeOptions {
  readonly force: boolean;
  readonly now: () => number;
}

/**
 * Gives what wakes a definition whose names are accepted and that nobody
 * establishes: an API server that ended between the two forgets it, and looks
 * again at a change, or after five minutes (updateCustomResourceDefinition in
 * k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go). So
 * it is applied twice, with an annotation and without. `desired` are the
 * objects as they are applied. A write that fails becomes the reason why the
 * definition is pending, and is tried again 10 s later.
 */
export function wakesDefinitions(
  client: KubeClient,
  desired: readonly KubeObject[],
  { force, now }: WakeOptions,
): (pending: KubeObject, signal: AbortSignal) => Promise<string | undefined> {
  const asleepSince = new Map<string, number>();
  return async (pending, signal) => {
    const { name } = pending.metadata;
    const wanted = desired.find((object) => object.kind === pending.kind && object.metadata.name === name);
    if (wanted === undefined || !isForgotten(pending)) {
      asleepSince.delete(name);
      return undefined;
    }
    const since = asleepSince.get(name) ?? now();
    asleepSince.set(name, since);
    if (now() - since < patienceMs) {
      return undefined;
    }
    asleepSince.delete(name);
    try {
      const annotations = { ...wanted.metadata.annotations, [wokenAnnotation]: new Date(now()).toISOString() };
      await client.apply({ ...wanted, metadata: { ...wanted.metadata, annotations } }, { force, signal });
      await client.apply(wanted, { force, signal });
      return "its names are accepted and nobody established it, so it was written again";
    } catch (error) {
      if (error instanceof KubeError) {
        return `nobody established it, and it cannot be written again: ${error.message}`;
      }
      throw error;
    }
  };
}

function isForgotten(object: KubeObject): boolean {
  return (
    object.kind === "CustomResourceDefinition" &&
    conditionOf(object, "NamesAccepted")?.status === "True" &&
    conditionOf(object, "Established")?.status !== "True"
  );
}
