/** One endpoint of an Envoy cluster, as its admin page has it. */
export interface WeighedEndpoint {
  /** `address:port`. */
  readonly address: string;
  /** Why it gets no requests; empty where it does. */
  readonly idle: string;
  /** Requests go to the lowest number of which enough is healthy. */
  readonly priority: number;
  /** Envoy's, at least 1; istiod gives the gateway of another network the number of endpoints behind it. */
  readonly weight: number;
}

/** Envoy's default: a priority with 72 % of its endpoints healthy still takes everything. */
const overprovisioning = 1.4;

/**
 * The share of requests that each endpoint gets, 0 to 1, in the order given: by
 * priority as Envoy spills over to the next one, and by weight within it
 * (https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/priority).
 * What a load balancer makes of requests that are on their way is not in it. All 0 where none takes requests.
 */
export function endpointShares(endpoints: readonly WeighedEndpoint[]): readonly number[] {
  const priorities = [...new Set(endpoints.map(({ priority }) => priority))].toSorted((a, b) => a - b);
  const health = priorities.map((priority) => {
    const own = endpoints.filter((one) => one.priority === priority);
    return Math.min(1, (overprovisioning * own.filter(isUsed).length) / own.length);
  });
  const total = Math.min(
    1,
    health.reduce((sum, one) => sum + one, 0),
  );
  let left = 1;
  const loads = new Map(
    priorities.map((priority, index) => {
      const load = total === 0 ? 0 : Math.min(left, (health[index] ?? 0) / total);
      left -= load;
      return [priority, load];
    }),
  );
  return endpoints.map((one) => {
    const beside = endpoints.filter((other) => other.priority === one.priority && isUsed(other));
    const sum = beside.reduce((weights, { weight }) => weights + weight, 0);
    return isUsed(one) ? ((loads.get(one.priority) ?? 0) * one.weight) / sum : 0;
  });
}

function isUsed({ idle }: WeighedEndpoint): boolean {
  return idle === "";
}
