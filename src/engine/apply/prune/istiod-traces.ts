import { referenceOf } from "../../../kube/object-reference.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";

/** What istiod puts into every namespace and leaves there when it goes (istio: security namespacecontroller, PILOT_CRL_CONFIGMAP). */
const traces: ReadonlySet<string> = new Set(["istio-ca-root-cert", "istio-ca-crl"]);

/**
 * Deletes what an istiod that is gone has left in the namespaces of its cluster.
 * One that stays, since somebody else has installed it, goes on using it: pods
 * that start mount the root certificate.
 */
export async function deleteTraces(one: Connected, signal: AbortSignal): Promise<void> {
  const istiods = await one.client.list(
    { apiVersion: "apps/v1", kind: "Deployment", labelSelector: "app=istiod" },
    { signal },
  );
  if (istiods.some(({ metadata }) => metadata["deletionTimestamp"] === undefined)) {
    return;
  }
  const found = await one.client.list(
    { apiVersion: "v1", kind: "ConfigMap", labelSelector: "istio.io/config=true" },
    { signal },
  );
  await Promise.all(
    found
      .filter((object) => traces.has(object.metadata.name))
      .map(async (object) => one.client.delete(referenceOf(object), { signal })),
  );
}
