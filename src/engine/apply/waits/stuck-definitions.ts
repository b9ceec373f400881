import type { KubeObject } from "../../../core/model/kube-object.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { conditionOf } from "../../../kube/readiness/object-fields.ts";
import type { PendingHandler, TouchOptions } from "./touch-object.ts";
import { createPatience, touchObject } from "./touch-object.ts";

/**
 * Gives what touches a definition whose names are accepted and that nobody
 * establishes: an API server that ended between the two forgets it, and looks
 * again at a change, or after five minutes (updateCustomResourceDefinition in
 * k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go).
 * `desired` are the objects as they are applied. A write that fails becomes
 * the reason why the definition is pending, and is tried again.
 */
export function touchStuckDefinitions(
  client: KubeClient,
  desired: readonly KubeObject[],
  options: TouchOptions,
): PendingHandler {
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
    const failure = await touchObject(client, wanted, options, signal);
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
