import type { ClusterEndpoints } from "../checks/endpoint-table.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { versionOfHost } from "../routing/version-service.ts";
import { formatPlace } from "../checks/gateway-place.ts";
import type { WeighedEndpoint } from "./endpoint-shares.ts";
import { endpointShares } from "./endpoint-shares.ts";
import type { Entrance, RouteDecision } from "./explain-request.ts";
import type { ExplainedRequest } from "./takes-request.ts";

/** What `isthmus route explain` found. */
export interface RouteExplanations {
  readonly service: string;
  readonly namespace: string;
  readonly explanations: readonly RouteExplanation[];
  /** Proxies that were not asked, and requests that are not known, each with the reason. */
  readonly unexplained: readonly Diagnostic[];
  readonly unreachable: readonly { readonly cluster: string; readonly diagnostic: Diagnostic }[];
}

/** One request at the proxies of a cluster that do the same with it. */
export interface RouteExplanation {
  readonly cluster: string;
  /** `namespace/name` of the pods. */
  readonly proxies: readonly string[];
  readonly entrance: Entrance;
  readonly request: ExplainedRequest;
  readonly decision: RouteDecision;
  /** Of the rule's destinations, in its order. */
  readonly destinations: readonly ExplainedDestination[];
}

export interface ExplainedDestination {
  /** Envoy's name: `outbound|5000|v1|web.shop.svc.cluster.local`. */
  readonly name: string;
  /** Subset, or the version whose Service it is, and host in that name; left out where it is none of istiod's. */
  readonly version?: string;
  readonly host?: string;
  /** Of all requests that the rule takes, 0 to 1. */
  readonly share: number;
  /** False where the proxy has no such cluster: it answers 503 itself. */
  readonly held: boolean;
  readonly endpoints: readonly ExplainedEndpoint[];
}

export interface ExplainedEndpoint {
  readonly address: string;
  /** The cluster of the mesh that it leads to; left out where none is known to have it. */
  readonly cluster?: string;
  /** Of all requests that the rule takes, 0 to 1. */
  readonly share: number;
  /** Why it gets none; left out where it does. */
  readonly idle?: string;
}

/** Envoy cluster → its endpoints. */
export type HeldEndpoints = ReadonlyMap<string, readonly WeighedEndpoint[]>;

/** Whose endpoint tables are read, and what all clusters really run of the service. */
export interface Reader {
  readonly mesh: Pick<Mesh, "clusters" | "services">;
  readonly cluster: Cluster;
  readonly actual: Readonly<Record<string, ClusterEndpoints>>;
}

/** Where the requests of a rule end, by the endpoints that the proxy has. Pure. */
export function explainDestinations(
  decision: RouteDecision,
  held: HeldEndpoints,
  reader: Reader,
): readonly ExplainedDestination[] {
  if (decision.kind !== "rule" && decision.kind !== "tcp") {
    return [];
  }
  return decision.destinations.map(({ cluster: name, share }) => {
    const endpoints = held.get(name);
    const shares = endpointShares(endpoints ?? []);
    const [direction, , subset = "", host = ""] = name.split("|");
    const version = subset || versionOfHost(reader.mesh.services, host);
    return {
      name,
      ...(direction === "outbound" && version !== undefined ? { version } : {}),
      ...(direction === "outbound" && host !== "" ? { host } : {}),
      share,
      held: endpoints !== undefined,
      endpoints: (endpoints ?? []).map(({ address, idle }, index) => {
        const owner = ownerOf(address, reader);
        return {
          address,
          ...(owner === undefined ? {} : { cluster: owner }),
          share: share * (shares[index] ?? 0),
          ...(idle === "" ? {} : { idle }),
        };
      }),
    };
  });
}

/**
 * True where every request that was explained is answered as somebody's rule
 * asks: by an endpoint, by a redirect or a status of the rule's own, or by one
 * to https. False where a part of them is made to fail on purpose.
 */
export function isServed({ decision, destinations }: Pick<RouteExplanation, "decision" | "destinations">): boolean {
  if ((decision.kind !== "rule" && decision.kind !== "tcp") || (decision.kind === "rule" && decision.aborted > 0)) {
    return decision.kind === "needs-tls";
  }
  if (decision.kind === "rule" && decision.answers !== undefined) {
    // What istiod answers by itself is for what it knows nothing of, with REGISTRY_ONLY.
    return decision.rule.virtualService !== "" || decision.rule.gatewayRule !== undefined;
  }
  const served = destinations.flatMap(({ endpoints }) => endpoints).reduce((sum, { share }) => sum + share, 0);
  return passesThrough(decision) || served > 0.999;
}

/** Envoy's cluster for what istiod knows nothing of: it goes to whatever address the caller's name resolved to. */
export function passesThrough(decision: RouteDecision): boolean {
  return (
    (decision.kind === "rule" || decision.kind === "tcp") &&
    decision.destinations.length > 0 &&
    decision.destinations.every(({ cluster }) => cluster === "PassthroughCluster")
  );
}

function ownerOf(address: string, { mesh, cluster, actual }: Reader): string | undefined {
  return mesh.clusters.find(({ name, network }) => {
    const other = actual[name];
    if (network !== cluster.network) {
      const gateways = [...(other?.gateways ?? []), ...(other?.possibleGateways ?? [])];
      return gateways.some((one) => formatPlace(one) === address);
    }
    const also = Object.values(other?.alsoAt ?? {}).flat();
    return [...(other?.anyPods ?? []), ...also, ...Object.values(other?.podsOf ?? {}).flat()].includes(address);
  })?.name;
}
