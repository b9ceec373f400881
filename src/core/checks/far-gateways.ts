import { onceFor } from "../once-for.ts";
import { crossNetworkPort, eastWestGateway } from "../render/names.ts";
import { announcedGateway } from "../routing/announced-gateway.ts";
import { announcesAddresses } from "../routing/east-west-place.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import type { GatewayPlace } from "./gateway-place.ts";
import { formatPlace, placesOf } from "./gateway-place.ts";
import { gatewayOf, outlineOf } from "./reached.ts";

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
  const target = outlineOf(facts, far.cluster);
  const from = outlineOf(facts, reader.cluster);
  const announced = target === undefined || from === undefined ? undefined : announcedGateway(target, from);
  if (announced !== undefined) {
    return { by: "meshFile", places: placesOf(announced) };
  }
  const labelled = labelledPlaces(far);
  if (labelled.length > 0) {
    return { by: "services", places: labelled };
  }
  const told = toldPlaces(reader).get(target?.network ?? "") ?? [];
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
  return announcesAddresses(outlineOf(facts, far.cluster) ?? {}) || (far.announcers ?? []).length > 0;
}

/** Where the Service of the east-west gateway itself is reached, labelled or not. */
export function servicePlaces(far: ReachedCluster): readonly GatewayPlace[] {
  const service = gatewayOf(far, eastWestGateway)?.service;
  return placesOf({ addresses: service?.addresses ?? [], port: service?.gatewayPort ?? crossNetworkPort });
}

/** By networks, the gateways that istiod has without a Service: by `meshNetworks`, under no cluster. */
const toldPlaces = onceFor(({ istiod }: ReachedCluster): ReadonlyMap<string, readonly GatewayPlace[]> => {
  const networks = new Map<string, Map<string, GatewayPlace>>();
  for (const { cluster, network, address, port } of istiod.pods.flatMap((pod) => pod.networkGateways)) {
    if (cluster === "") {
      const places = networks.get(network) ?? new Map<string, GatewayPlace>();
      networks.set(network, places.set(formatPlace({ address, port }), { address, port }));
    }
  }
  return new Map([...networks].map(([network, places]) => [network, [...places.values()]]));
});

/** Tells endpoints that are gateways of other networks, by what the cluster's istiods know and by the port that Istio gives them, from all others. */
export function farGatewayTest({ istiod }: ReachedCluster): (endpoint: string) => boolean {
  const known = new Set(istiod.pods.flatMap(({ networkGateways }) => networkGateways.map(formatPlace)));
  return (endpoint) => endpoint.endsWith(`:${crossNetworkPort}`) || known.has(endpoint);
}
