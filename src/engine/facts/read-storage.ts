import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { StorageFacts } from "../../core/checks/controller-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";

const leases = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace: "kube-system" };

/**
 * Every API server has a Lease with one of these labels, which it renews each ten seconds itself, the latter in
 * Kubernetes 1.26 (https://kubernetes.io/docs/concepts/architecture/leases/#api-server-identity).
 */
const ofApiServer = ["apiserver.kubernetes.io/identity", "k8s.io/component"];

/** The newest of them is older than this by the clock of whoever asks: time to look whether it moves. */
const suspiciousMs = 30_000;

/** Of the time that a cluster has, this long stays for what is read after the Leases, and for the last look at them. */
const keptMs = 5_000;

/** How long Leases may be watched and how often they are looked at, in milliseconds; `now` is of the clock that they are judged by, in milliseconds since the epoch. */
export interface StorageWatch {
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** The time that the whole look at the cluster may take; left out: any. */
  readonly limitMs?: number;
  /** Two renewals and more would have come; left out: 25 s. */
  readonly watchMs?: number;
  readonly everyMs?: number;
}

/**
 * Whether a cluster's API server stores what it is told, by the Leases that it
 * and its controllers renew: where none of them is new by this machine's clock,
 * which may be wrong, they are watched until one moves, for no longer than the
 * look may take. Undefined where no API server has a Lease (none had one before
 * Kubernetes 1.26) and no other moves, which may be its holder's doing: any
 * that moves was stored. The first look may be one that others share; `again` shares none.
 */
export async function readStorage(
  client: Pick<KubeClient, "list">,
  again: Pick<KubeClient, "list">,
  { now, signal, limitMs, watchMs = 25_000, everyMs = 2_000 }: StorageWatch,
): Promise<StorageFacts | undefined> {
  const begun = performance.now();
  const before = await client.list(leases, { signal });
  const newest = newestOf(before);
  if (newest === undefined) {
    return undefined;
  }
  const at = now();
  if (before.some((lease) => Math.abs(at - Date.parse(renewedAt(lease))) < suspiciousMs)) {
    return { state: "stores" };
  }
  const known = renewals(before);
  const end = limitMs === undefined ? Infinity : begun + limitMs - keptMs;
  for (let waited = 0; waited < watchMs; waited += everyMs) {
    if (performance.now() + everyMs > end) {
      return { state: "unwatched", watchedSeconds: Math.round(waited / 1000) };
    }
    await pause(everyMs, undefined, { signal });
    if (renewals(await again.list(leases, { signal })) !== known) {
      return { state: "stores" };
    }
  }
  return before.some(isOfApiServer)
    ? { state: "still", newest, watchedSeconds: Math.round(watchMs / 1000) }
    : undefined;
}

function isOfApiServer({ metadata }: KubeObject): boolean {
  return ofApiServer.some((label) => metadata.labels?.[label] === "kube-apiserver");
}

function renewedAt({ spec }: KubeObject): string {
  return (spec as { readonly renewTime?: string } | undefined)?.renewTime ?? "";
}

/** Of all of them: the newest may be one that nobody renews, of a clock that was ahead. */
function renewals(all: readonly KubeObject[]): string {
  return JSON.stringify(all.map((lease) => `${lease.metadata.name} ${renewedAt(lease)}`).toSorted());
}

function newestOf(all: readonly KubeObject[]): string | undefined {
  return all
    .map(renewedAt)
    .filter((time) => Number.isFinite(Date.parse(time)))
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
}
