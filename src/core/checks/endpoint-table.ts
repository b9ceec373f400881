import { insteadOf, isOpenTo } from "../drain/drained-mesh.ts";
import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import { setOf } from "../once-for.ts";
import { compareText } from "../render/order.ts";
import type { GatewayPlace } from "./gateway-place.ts";
import { formatPlace } from "./gateway-place.ts";

/** What one cluster really runs and offers to the others. */
export interface ClusterEndpoints {
  /** Version → addresses of its ready pods, one for each pod. */
  readonly podsOf: Readonly<Record<string, readonly string[]>>;
  /** Versions of which no pod is ready, and some are there. */
  readonly unready?: readonly string[];
  /** Addresses of all ready endpoints, also those of no version. */
  readonly anyPods?: readonly string[];
  /** Address of a pod → its addresses of other families, at which a proxy may have it instead. */
  readonly alsoAt?: Readonly<Record<string, readonly string[]>>;
  /** Where the east-west gateway is reached; for a reader that is known, host names among the addresses are resolved as its istiod has them. */
  readonly gateways: readonly GatewayPlace[];
  /** True where the gateway's Service carries no network, so that istiods have their gateways from elsewhere. */
  readonly unannounced?: boolean;
  /** Further places of it that a proxy may have and need not. */
  readonly possibleGateways?: readonly GatewayPlace[];
  /** The ports of the cluster's Service; undefined where it has none of that name. */
  readonly servicePorts?: readonly number[] | undefined;
  /** True where the Service is headless: sidecars keep no endpoints of it, and connect to the address that the caller has from DNS. */
  readonly headless?: boolean;
}

/** An endpoint that a proxy has, and why it sends nothing there; empty where it does. */
export interface SeenEndpoint {
  readonly address: string;
  readonly idle: string;
}

/** Why an endpoint is idle that outlier detection has taken out for a while. */
export const ejectedReason = "ejected by outlier detection";

/** One ingress proxy's endpoints of one version, as `address:port` of the network, `address` compared without port for pods. */
export interface EndpointFinding {
  readonly cluster: string;
  /** Empty for all versions together. */
  readonly version: string;
  readonly expected: readonly string[];
  /** Whether the proxy knows the version at all; a gateway may be told only of what routes name. */
  readonly held: boolean;
  /** Endpoints that the proxy sends requests to. */
  readonly seen: readonly string[];
  /** Endpoints that it has and sends nothing to, with the reason in Envoy's words. */
  readonly idle: readonly { readonly address: string; readonly reason: string }[];
  /** Expected, not seen. */
  readonly missing: readonly string[];
  /** Seen, not expected: pod addresses of another network belong here. */
  readonly foreign: readonly string[];
  readonly ok: boolean;
}

/** What a proxy is asked for: one version of a service, or with `undefined` all its endpoints. */
export type VersionName = string | undefined;

/** Of which version a proxy in which cluster is asked. */
export interface EndpointQuestion {
  readonly version: VersionName;
  readonly cluster: Cluster;
}

/**
 * The endpoints that a proxy in `cluster` must have for a version, or for the
 * whole service: pods of its own network by their addresses, every other
 * cluster that has some by its east-west gateways
 * (https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/).
 */
export function expectedEndpoints(
  mesh: Pick<Mesh, "clusters">,
  service: Service,
  { version, cluster }: EndpointQuestion,
  actual: Readonly<Record<string, ClusterEndpoints>>,
): readonly string[] {
  const expected = clustersOf(mesh, service, version, cluster).flatMap((other) => {
    const pods = podsIn(actual[other.name], version);
    if (other.network === cluster.network) {
      return pods;
    }
    return pods.length === 0 ? [] : (actual[other.name]?.gateways ?? []).map(formatPlace);
  });
  return [...new Set(expected)].sort(compareText);
}

/**
 * Endpoints that a proxy in `cluster` may have and need not: istiod goes on
 * handing out the east-west gateway of a cluster whose pods are all not ready,
 * and istiods have other addresses for a gateway's host name for a while.
 */
export function toleratedEndpoints(
  mesh: Mesh,
  service: Service,
  { version, cluster }: EndpointQuestion,
  actual: Readonly<Record<string, ClusterEndpoints>>,
): readonly string[] {
  return clustersOf(mesh, service, version, cluster)
    .filter((other) => other.network !== cluster.network)
    .map((other) => actual[other.name])
    .flatMap((other) => [
      ...(other?.unready?.includes(version ?? "") === true ? other.gateways : []),
      ...(other?.possibleGateways ?? []),
    ])
    .map(formatPlace);
}

/**
 * The clusters whose endpoints a proxy in `cluster` may use: those that run the
 * version and where it is not drained, its own alone for a service that is not
 * exported. Where it is drained, what answers instead; requests for no version
 * in particular are led away by a route there, and the endpoints stay.
 */
export function clustersOf(
  mesh: Pick<Mesh, "clusters">,
  service: Service,
  version: VersionName,
  cluster: Cluster,
): readonly Cluster[] {
  const runs = service.versions.find((one) => one.name === version)?.clusters;
  const instead = version === undefined ? undefined : insteadOf(service, cluster.name, version);
  const isOpen = (other: Cluster): boolean =>
    instead === undefined ? other.name === cluster.name || isOpenTo(service, other, cluster) : other.name === instead;
  return mesh.clusters.filter(
    (other) =>
      (runs === undefined || setOf(runs).has(other.name)) &&
      (service.exported || other.name === cluster.name) &&
      isOpen(other),
  );
}

/** Addresses of a version's ready pods in one cluster, or of all. */
export function podsIn(endpoints: ClusterEndpoints | undefined, version: VersionName): readonly string[] {
  return (version === undefined ? endpoints?.anyPods : endpoints?.podsOf[version]) ?? [];
}

/** Addresses of the endpoints that get requests. */
export function usedEndpoints(seen: readonly SeenEndpoint[]): readonly string[] {
  return seen.filter((one) => one.idle === "").map((one) => one.address);
}

/** Expected endpoints that are not used, neither by their address nor by another one that `alsoAt` has for them. */
export function missingEndpoints(
  expected: readonly string[],
  used: ReadonlySet<string>,
  alsoAt: NonNullable<ClusterEndpoints["alsoAt"]>,
): readonly string[] {
  return expected.filter((one) => !namesOf(one, alsoAt).some((name) => used.has(name)));
}

function namesOf(endpoint: string, alsoAt: NonNullable<ClusterEndpoints["alsoAt"]>): readonly string[] {
  return [endpoint, ...(alsoAt[endpoint] ?? [])];
}

/**
 * Compares what a proxy has (undefined: it does not know the version) with
 * what it must have, and with what it may have besides. Pods are compared by
 * address and port as given on both sides; `alsoAt` are other addresses under
 * which an expected one may be seen.
 */
export function compareEndpoints(
  place: { readonly cluster: string; readonly version: string },
  expected: readonly string[],
  has: readonly SeenEndpoint[] | undefined,
  {
    alsoAt = {},
    tolerated = [],
  }: {
    readonly alsoAt?: Readonly<Record<string, readonly string[]>>;
    readonly tolerated?: readonly string[];
  } = {},
): EndpointFinding {
  const seen = has ?? [];
  const used = usedEndpoints(seen);
  const known = new Set([...expected.flatMap((one) => namesOf(one, alsoAt)), ...tolerated]);
  const missing = missingEndpoints(expected, new Set(used), alsoAt);
  const foreign = used.filter((one) => !known.has(one));
  return {
    ...place,
    expected,
    held: has !== undefined,
    seen: [...used].sort(compareText),
    idle: seen
      .filter((one) => one.idle !== "")
      .map((one) => ({ address: one.address, reason: one.idle }))
      .sort((a, b) => compareText(a.address, b.address)),
    missing,
    foreign,
    ok: missing.length === 0 && foreign.length === 0 && expected.length > 0,
  };
}
