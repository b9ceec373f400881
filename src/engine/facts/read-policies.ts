import type { QuotaFacts } from "../../core/checks/facts.ts";
import type { KubeClient } from "../../kube/client.ts";
import { listKnown } from "./list-known.ts";

interface Status {
  readonly hard?: Readonly<Record<string, string>>;
  readonly used?: Readonly<Record<string, string>>;
}

/** The quotas of the given namespaces. */
export async function readQuotas(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly QuotaFacts[]> {
  const found = await listKnown(client, { apiVersion: "v1", kind: "ResourceQuota" }, namespaces, signal);
  return found.map((object) => {
    const { hard = {}, used = {} } = (object["status"] ?? {}) as Status;
    return {
      namespace: object.metadata.namespace ?? "",
      name: object.metadata.name,
      resources: Object.fromEntries(
        Object.entries(hard).map(([resource, limit]) => [resource, { hard: limit, used: used[resource] ?? "0" }]),
      ),
    };
  });
}
