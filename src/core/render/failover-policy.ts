import type { Json } from "../model/kube-object.ts";
import type { Failover, Service } from "../model/mesh.ts";

/**
 * Without labels of its own on the nodes a cluster still prefers itself: the
 * network is a label that istiod gives to every endpoint and every proxy. It
 * is the order of `trafficDistribution: PreferSameZone` in Istio
 * (pilot/pkg/networking/core/loadbalancer).
 */
const nearestFirst = ["topology.istio.io/network", "topology.kubernetes.io/region", "topology.kubernetes.io/zone"];

/**
 * The trafficPolicy of a service's DestinationRule that makes failover happen,
 * for all its subsets alike: the weights of routes choose the version, this
 * chooses among the version's endpoints. Istio gives endpoints priorities only
 * beside outlierDetection (docs/adr/0024). Undefined without `failover`.
 */
export function renderFailoverPolicy({ failover }: Service): Json | undefined {
  return failover === undefined
    ? undefined
    : {
        connectionPool: { tcp: { connectTimeout: duration(failover.connectTimeoutSeconds) } },
        loadBalancer: { localityLbSetting: { enabled: true, ...renderOrder(failover) } },
        outlierDetection: renderOutlierDetection(failover),
      };
}

/**
 * The retries of a service's routes: Istio's own never leave the priority of
 * the first try. Nothing without `failover`.
 */
export function renderRetries({ failover }: Service): { readonly retries?: Json } {
  if (failover === undefined) {
    return {};
  }
  const { attempts, perTryTimeoutSeconds, retryOn } = failover.retries;
  return {
    retries:
      attempts === 0
        ? { attempts }
        : { attempts, perTryTimeout: duration(perTryTimeoutSeconds), retryOn, retryRemoteLocalities: true },
  };
}

function renderOrder({ regions, priority }: Failover): { readonly [key: string]: Json } {
  return regions.length > 0
    ? { failover: regions.map(({ from, to }) => ({ from, to })) }
    : { failoverPriority: priority.length > 0 ? [...priority] : nearestFirst };
}

function renderOutlierDetection({ outlierDetection }: Failover): Json {
  const { intervalSeconds, baseEjectionTimeSeconds, splitExternalLocalOriginErrors, ...numbers } = outlierDetection;
  return {
    ...numbers,
    ...(splitExternalLocalOriginErrors ? { splitExternalLocalOriginErrors } : {}),
    interval: duration(intervalSeconds),
    baseEjectionTime: duration(baseEjectionTimeSeconds),
  };
}

/** As Istio reads it: Go's form, which has no days, in whole milliseconds. */
function duration(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
