import type { KubeObject } from "../../../core/model/kube-object.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { KubeError } from "../../../kube/errors.ts";
import type { PendingHandler, TouchOptions } from "./touch-object.ts";
import { createPatience, touchObject } from "./touch-object.ts";

/** Where proxies find the root that they trust; every pod with a proxy mounts it. */
const rootCertificate = "istio-ca-root-cert";

/**
 * Gives what touches a namespace whose workloads wait for the root certificate
 * that istiod writes there. istiod tries six times within a quarter of a second
 * and then leaves the namespace alone until it changes (maxRetries in
 * istio's pilot/pkg/serviceregistry/kube/controller/namespacecontroller.go),
 * so an API server that is unavailable at that moment makes pods hang for good.
 * `desired` are the objects as they are applied; a namespace that is not among
 * them is not touched.
 */
export function touchStuckNamespaces(
  client: KubeClient,
  desired: readonly KubeObject[],
  options: TouchOptions,
): PendingHandler {
  const patience = createPatience(options.now);
  return async (pending, signal) => {
    const { namespace } = pending.metadata;
    const wanted = desired.find((object) => object.kind === "Namespace" && object.metadata.name === namespace);
    if (wanted === undefined || namespace === undefined || (await hasRoot(client, namespace, signal))) {
      patience.reset(namespace ?? "");
      return undefined;
    }
    if (!patience.isOver(namespace)) {
      return undefined;
    }
    const missing = `istiod has not written ConfigMap ${rootCertificate} into namespace ${namespace}`;
    const failure = await touchObject(client, wanted, options, signal);
    return failure === undefined
      ? `${missing}; the namespace was written again, so that it looks`
      : `${missing}, and the namespace cannot be written again: ${failure}`;
  };
}

/** True also where it cannot be read: then there is nothing to say about it. */
async function hasRoot(client: KubeClient, namespace: string, signal: AbortSignal): Promise<boolean> {
  try {
    const reference = { apiVersion: "v1", kind: "ConfigMap", namespace, name: rootCertificate };
    return (await client.get(reference, { signal })) !== undefined;
  } catch (error) {
    if (error instanceof KubeError) {
      return true;
    }
    throw error;
  }
}
