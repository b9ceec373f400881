import type { TryCounts } from "../../core/decide/error-gate.ts";
import type { Service } from "../../core/model/mesh.ts";
import { readAnswerTimes } from "./answer-times.ts";
import type { Asked, IngressPod } from "./ingress-endpoints.ts";
import { listIngressPods, readTables } from "./ingress-endpoints.ts";
import { versionCluster } from "../../core/proxy/version-cluster.ts";

/** What a proxy has counted of one endpoint since it made it. */
export interface EndpointTries extends TryCounts {
  /** Tries that were sent on a connection; a part of them is still without an answer. */
  readonly begun: number;
  /** Failed ones that a time-out has ended. */
  readonly timedOut: number;
  /** Those that are open now. */
  readonly open: number;
}

/** What has been counted since proxies began. */
export interface TryReading {
  /** `VERSION POD ENDPOINT` → its tries. */
  readonly tries: ReadonlyMap<string, EndpointTries>;
  /** `VERSION POD` → answers that took less than the limit, and the others as `failed`; empty without a limit. */
  readonly times: ReadonlyMap<string, TryCounts>;
  /** Those that were asked. */
  readonly pods: readonly IngressPod[];
}

/**
 * What the ingress gateway of a cluster has counted of the endpoints of each
 * version, at the port that the mesh file routes:
 * every try, those of retries too, by whoever asked. Failed are answers of 500
 * and above, resets, time-outs and connections that did not come about (Envoy's
 * rq_error, which is not a part of rq_total). With `limitMs` also how long
 * answers took. Rejects where a pod cannot be asked.
 */
export async function readTries(
  one: Asked,
  service: Service,
  { limitMs, signal }: { readonly limitMs: number | undefined; readonly signal: AbortSignal },
): Promise<TryReading> {
  const pods = await listIngressPods(one, signal);
  const [tables, times] = await Promise.all([
    readTables(one, pods, signal),
    limitMs === undefined
      ? new Map<string, TryCounts>()
      : readAnswerTimes(one.client, pods, { service, limitMs, signal }),
  ]);
  const tries = tables.flatMap((table, index) =>
    service.versions.flatMap(({ name }) =>
      (table.get(versionCluster(service, name)) ?? []).map(
        ({ address, counters: { total, success, error, timedOut, active } }) =>
          [
            `${name} ${pods[index]?.name ?? ""} ${address}`,
            { answered: success, failed: error, begun: total, timedOut, open: active },
          ] as const,
      ),
    ),
  );
  return { tries: new Map(tries), times, pods };
}

/** Version → what was counted between two readings. Counters that are lower than before began anew, and so do those of an endpoint that was not there. */
export function countedBetween<Counts extends TryCounts>(
  before: ReadonlyMap<string, Counts>,
  after: ReadonlyMap<string, Counts>,
): Readonly<Record<string, Counts>> {
  const counts: Record<string, Counts> = {};
  for (const [key, now] of after) {
    const then = before.get(key);
    const isAnew = then === undefined || now.answered < then.answered || now.failed < then.failed;
    const [version = ""] = key.split(" ");
    counts[version] = added(counts[version], isAnew ? now : added(now, then, -1));
  }
  return counts;
}

function added<Counts extends TryCounts>(one: Counts | undefined, other: Counts, sign: 1 | -1 = 1): Counts {
  const sums = Object.entries(other).map(([name, count]) => {
    const known = one?.[name as keyof Counts] ?? 0;
    return [name, Number(known) + sign * Number(count)];
  });
  return Object.fromEntries(sums) as Counts;
}
