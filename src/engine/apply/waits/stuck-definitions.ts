import type { KubeObject } from "../../../core/model/kube-object.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { conditionOf } from "../../../kube/readiness/object-fields.ts";
import type { Attend, WakeOptions } from "./touch-object.ts";
import { createPatience, writeAgain } from "./touch-object.ts";

/**
 * Gives what wakes a definition whose names are accepted and that nobody
 * establishes: an API server that ended between the two forgets it, and looks
 * again at a change, or after five minutes (updateCustomResourceDefinition in
 * k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go).
 * `desired` are the objects as they are applied. A write that fails becomes
 * the reason why the definition is pending, and is tried again.
 */
export function wakesDefinitions(client: KubeClient, desired: readonly KubeObject[], options: WakeOptions): Attend {
  const patience = createPatience(options.now);
  return async (pending, signal) => {
    const { name } = pending.metadata;
    const wanted = desired.find((object) => object.kind === pending.kind && object.metadata.name === name);
    if (wanted === undefined || !isForgotten(pending)) {
      patience.reset(name);
      return undefined;
    }
    if (!patience.isOver(name)) {
      return undefined;
    }
    const failure = await writeAgain(client, wanted, options, signal);
    return failure === undefined
      ? "its names are accepted and nobody established it, so it was written again"
      : `nobody established it, and it cannot be written again: ${failure}`;
  };
}

function isForgotten(object: KubeObject): boolean {
  return (
    object.kind === "CustomResourceDefinition" &&
    conditionOf(object, "NamesAccepted")?.status === "True" &&
    conditionOf(object, "Established")?.status !== "True"
  );
}
