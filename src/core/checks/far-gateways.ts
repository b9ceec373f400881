import type { Cluster } from "../model/mesh.ts";
import { crossNetworkPort, eastWestGateway } from "../render/names.ts";
import { announcedGateway } from "../routing/announced-gateway.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import { isGatewayOf } from "./gateway-names.ts";
import type { GatewayPlace } from "./gateway-place.ts";
import { formatPlace, placesOf } from "./gateway-place.ts";
import { gatewayOf } from "./reached.ts";

/**
 * Where the proxies of `reader` reach the gateway of another cluster: where the
 * mesh file says; else where the Services with the network's label say; else
 * where istiod of the reader was told by `meshNetworks` that somebody else has
 * written. That is the order in which istiod uses them, but for the first, for
 * which no Service has the label
 * (istio.io/istio, pilot/pkg/serviceregistry/kube/controller/network.go).
 */
export function gatewaysSeenBy(
  facts: Pick<MeshFacts, "mesh">,
  reader: ReachedCluster,
  far: ReachedCluster,
): readonly GatewayPlace[] {
  return announcementFor(facts, reader, far).places;
}

/** Where the places of a gateway are said: that is what has to be mended where they are wrong. */
export interface Announcement {
  readonly by: "meshFile" | "services" | "meshNetworks";
  readonly places: readonly GatewayPlace[];
}

/** The same with who says it. */
export function announcementFor(
  facts: Pick<MeshFacts, "mesh">,
  reader: ReachedCluster,
  far: ReachedCluster,
): Announcement {
  const target = clusterOf(facts, far.cluster);
  const from = clusterOf(facts, reader.cluster);
  const announced = target === undefined || from === undefined ? undefined : announcedGateway(target, from);
  if (announced !== undefined) {
    return { by: "meshFile", places: placesOf(announced) };
  }
  const labelled = labelledPlaces(far);
  if (labelled.length > 0) {
    return { by: "services", places: labelled };
  }
  const told = toldPlaces(reader, { cluster: far.cluster, network: target?.network ?? "" });
  return told.length > 0 ? { by: "meshNetworks", places: told } : { by: "services", places: servicePlaces(far) };
}

/** Places that a cluster's Services with a network's label announce, its own east-west gateway's among them. */
export function labelledPlaces(far: ReachedCluster): readonly GatewayPlace[] {
  const own = gatewayOf(far, eastWestGateway)?.service;
  return [
    ...(own?.network === undefined ? [] : servicePlaces(far)),
    ...(far.announcers ?? []).flatMap(({ addresses, port }) => placesOf({ addresses, port })),
  ];
}

/** Whether the mesh file, or another Service of the cluster, says where its gateway is reached. */
export function announces(facts: Pick<MeshFacts, "mesh">, far: ReachedCluster): boolean {
  return clusterOf(facts, far.cluster)?.eastWest !== undefined || (far.announcers ?? []).length > 0;
}

/** Where the Service of the east-west gateway itself is reached, labelled or not. */
export function servicePlaces(far: ReachedCluster): readonly GatewayPlace[] {
  const service = gatewayOf(far, eastWestGateway)?.service;
  return placesOf({ addresses: service?.addresses ?? [], port: service?.gatewayPort ?? crossNetworkPort });
}

/** Gateways of a network that istiod has without a Service: by `meshNetworks`, under no cluster. */
function toldPlaces(
  { istiod }: ReachedCluster,
  of: { readonly cluster: string; readonly network: string },
): readonly GatewayPlace[] {
  const found = istiod.pods
    .flatMap(({ networkGateways }) => networkGateways)
    .filter((one) => one.cluster === "" && isGatewayOf(one, of))
    .map(({ address, port }) => ({ address, port }));
  return [...new Map(found.map((place) => [formatPlace(place), place])).values()];
}

/** Tells endpoints that are gateways of other networks, by what the cluster's istiods know and by the port that Istio gives them, from all others. */
export function farGatewayTest({ istiod }: ReachedCluster): (endpoint: string) => boolean {
  const known = new Set(istiod.pods.flatMap(({ networkGateways }) => networkGateways.map(formatPlace)));
  return (endpoint) => endpoint.endsWith(`:${crossNetworkPort}`) || known.has(endpoint);
}

function clusterOf({ mesh }: Pick<MeshFacts, "mesh">, name: string): Cluster | undefined {
  return mesh.clusters.find((one) => one.name === name);
}
