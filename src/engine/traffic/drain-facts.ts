import type { DrainFacts } from "../../core/drain/decide-drain.ts";
import type { Service } from "../../core/model/mesh.ts";
import { createLimiter } from "../../kube/limiter.ts";
import { shareReads } from "../../kube/share-reads.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { clusterEndpointsOf, readServiceObjects } from "../facts/service-endpoints.ts";

/** How many services are looked up at the same time, each in all clusters. */
const readAtATime = 8;

/** What a drain of `cluster` goes by, of each service: what all clusters that answer run of it, and what its Service selects. */
export async function readDrainFacts(
  services: readonly Service[],
  cluster: string,
  connected: readonly Connected[],
  signal: AbortSignal,
): Promise<readonly DrainFacts[]> {
  const reads = connected.map((one) => ({ ...one, client: shareReads(one.client) }));
  const limiter = createLimiter(readAtATime);
  return Promise.all(
    services.map(async (service) => limiter.run(signal, async () => readFacts(service, cluster, reads, signal))),
  );
}

async function readFacts(
  service: Service,
  cluster: string,
  connected: readonly Connected[],
  signal: AbortSignal,
): Promise<DrainFacts> {
  const read = await Promise.all(
    connected.map(
      async (one) => [one.cluster.name, await readServiceObjects(one.client, service, signal, one.cluster)] as const,
    ),
  );
  // Endpoints are left by what selects them there; another cluster's Service stands in where that one does not answer.
  const nearest = read.toSorted(([one], [other]) => Number(other === cluster) - Number(one === cluster));
  const selectors = nearest.flatMap(([, { service: object }]) => {
    const { selector } = (object?.["spec"] ?? {}) as { readonly selector?: Readonly<Record<string, string>> };
    return selector === undefined ? [] : [selector];
  });
  return {
    service,
    actual: Object.fromEntries(read.map(([name, objects]) => [name, clusterEndpointsOf(service, objects)])),
    selector: selectors[0],
  };
}
