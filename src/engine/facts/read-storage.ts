import { setTimeout as pause } from "node:timers/promises";
import type { StorageFacts } from "../../core/checks/controller-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";

const leases = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace: "kube-system" };

/**
 * Every API server has a Lease with this label, which it renews each ten seconds itself
 * (https://kubernetes.io/docs/concepts/architecture/leases/#api-server-identity).
 */
const ofApiServer = { label: "apiserver.kubernetes.io/identity", value: "kube-apiserver" };

/** The newest of them is older than this by the clock of whoever asks: time to look whether it moves. */
const suspiciousMs = 30_000;

export interface StorageWatch {
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Two renewals and more would have come; left out: 25 s. */
  readonly watchMs?: number;
  readonly everyMs?: number;
}

/**
 * Whether a cluster's API server stores what it is told, by the Leases that it
 * and its controllers renew: where none of them is new by this machine's clock,
 * which may be wrong, they are watched until one moves. Undefined where no API
 * server has a Lease. The first look may be one that
 * others share; `again` shares none.
 */
export async function readStorage(
  client: Pick<KubeClient, "list">,
  again: Pick<KubeClient, "list">,
  { now, signal, watchMs = 25_000, everyMs = 2_000 }: StorageWatch,
): Promise<StorageFacts | undefined> {
  const before = await client.list(leases, { signal });
  const newest = newestOf(before);
  if (newest === undefined || !before.some(isOfApiServer)) {
    return undefined;
  }
  if (Math.abs(now() - Date.parse(newest)) < suspiciousMs) {
    return { state: "stores" };
  }
  for (let waited = 0; waited < watchMs; waited += everyMs) {
    await pause(everyMs, undefined, { signal });
    if (newestOf(await again.list(leases, { signal })) !== newest) {
      return { state: "stores" };
    }
  }
  return { state: "still", newest, watchedSeconds: Math.round(watchMs / 1000) };
}

function isOfApiServer({ metadata }: KubeObject): boolean {
  return metadata.labels?.[ofApiServer.label] === ofApiServer.value;
}

function newestOf(all: readonly KubeObject[]): string | undefined {
  return all
    .map(({ spec }) => (spec as { readonly renewTime?: string } | undefined)?.renewTime ?? "")
    .filter((time) => Number.isFinite(Date.parse(time)))
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
}
