import type { AnnouncedGateway, Cluster } from "../model/mesh.ts";

/**
 * Where proxies of `reader` reach the east-west gateway of another cluster by
 * the mesh file; undefined where they go by what the gateway's Service says,
 * and between clusters of one network, whose pods reach each other.
 */
export function announcedGateway(
  { network, eastWest }: Pick<Cluster, "network" | "eastWest">,
  reader: Pick<Cluster, "name" | "network">,
): AnnouncedGateway | undefined {
  return network === reader.network ? undefined : (eastWest?.seenFrom[reader.name] ?? eastWest?.everywhere);
}
