import type { TryCounts } from "../../core/decide/error-gate.ts";
import type { Service } from "../../core/model/mesh.ts";
import { serviceHost } from "../../core/render/names.ts";
import type { Asked } from "./ingress-endpoints.ts";
import { listIngressPods, readTables } from "./ingress-endpoints.ts";
import { subsetCluster } from "./proxy-endpoints.ts";

/** `VERSION POD ENDPOINT` → what an ingress proxy has counted of it since it made the endpoint. */
export type TryReading = ReadonlyMap<string, TryCounts>;

/**
 * What the ingress gateway of a cluster has counted of the endpoints of each
 * version, at the port that the mesh file routes:
 * every try, those of retries too, by whoever asked. Failed are answers of 500
 * and above, resets, time-outs and connections that did not come about (Envoy's
 * rq_error, which is not a part of rq_total).
 */
export async function readTries(one: Asked, service: Service, signal: AbortSignal): Promise<TryReading> {
  const pods = await listIngressPods(one, signal);
  const tables = await readTables(one, pods, signal);
  return new Map(
    tables.flatMap((table, index) =>
      service.versions.flatMap(({ name }) =>
        (table.get(subsetCluster(serviceHost(service), service.port, name)) ?? []).map(
          ({ address, counters }) =>
            [
              `${name} ${pods[index]?.name ?? ""} ${address}`,
              { answered: counters.success, failed: counters.error },
            ] as const,
        ),
      ),
    ),
  );
}

/** Version → what was counted between two readings. Counters that are lower than before began anew, and so do those of an endpoint that was not there. */
export function triesBetween(before: TryReading, after: TryReading): Readonly<Record<string, TryCounts>> {
  const counts: Record<string, TryCounts> = {};
  for (const [key, now] of after) {
    const then = before.get(key) ?? { answered: 0, failed: 0 };
    const anew = now.answered < then.answered || now.failed < then.failed;
    const [version = ""] = key.split(" ");
    const known = counts[version] ?? { answered: 0, failed: 0 };
    counts[version] = {
      answered: known.answered + now.answered - (anew ? 0 : then.answered),
      failed: known.failed + now.failed - (anew ? 0 : then.failed),
    };
  }
  return counts;
}
