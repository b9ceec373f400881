import type { Json } from "../model/kube-object.ts";
import type { Failover, Route, Service } from "../model/mesh.ts";

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

/** Istio's HTTPRetry of one route, with all that Istio would make up otherwise; `attempts` alone where it is 0, since Istio refuses the rest beside it. */
export interface FailoverRetries {
  readonly attempts: number;
  /** In Go's form. */
  readonly perTryTimeout?: string;
  readonly retryOn?: string;
  readonly retryRemoteLocalities?: boolean;
}

/**
 * The retries of a route whose service has `failover`; undefined without it, and
 * for a route that redirects. What the route says counts before what the service
 * says, field by field, so that tries still reach the next place: Istio's own
 * never leave the priority of the first try.
 */
export function failoverRetries({ failover }: Service, route: Route): FailoverRetries | undefined {
  if (failover === undefined || route.redirect !== undefined) {
    return undefined;
  }
  const { attempts, perTryTimeoutSeconds, retryOn } = failover.retries;
  const perTryTimeout = duration(perTryTimeoutSeconds);
  const both = { attempts, perTryTimeout, retryOn, retryRemoteLocalities: true, ...route.retries };
  return both.attempts === 0 ? { attempts: 0 } : both;
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
