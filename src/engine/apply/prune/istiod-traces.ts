import { warningOf } from "../../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { unlessForbidden } from "../../../kube/errors.ts";
import { referenceOf } from "../../../kube/object-reference.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";

/** What istiod puts into every namespace and leaves there when it goes (istio: security namespacecontroller, PILOT_CRL_CONFIGMAP). */
const traces: ReadonlySet<string> = new Set(["istio-ca-root-cert", "istio-ca-crl"]);

/**
 * Deletes what an istiod that is gone has left in the namespaces of its cluster.
 * One that stays, since somebody else has installed it, goes on using it: pods
 * that start mount the root certificate. An account that may not look or delete
 * in all namespaces leaves it: a warning, and no reason for a removal to fail at its end.
 */
export async function deleteTraces(one: Connected, signal: AbortSignal): Promise<readonly Diagnostic[]> {
  return unlessForbidden<readonly Diagnostic[]>(
    async () => {
      await deleteUnused(one, signal);
      return [];
    },
    () => [notDeleted(one.cluster.name)],
  );
}

function notDeleted(cluster: string): Diagnostic {
  const names = [...traces].join(" and ");
  return {
    ...warningOf("ISM348"),
    detail: `On ${cluster} ConfigMaps ${names} may be left in the namespaces, which istiod writes into each: this account may not look for istiods or ConfigMaps in all of them, or not delete these.`,
    fix: `Where no istiod is left, delete them with an account that may: ConfigMaps ${names}, label istio.io/config=true.`,
    cluster,
  };
}

async function deleteUnused(one: Connected, signal: AbortSignal): Promise<void> {
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
