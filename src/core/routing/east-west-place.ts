import type { Cluster } from "../model/mesh.ts";
import { eastWestGateway, istioNamespace } from "../render/names.ts";

/** Where the Service of a cluster's east-west gateway is: where the mesh file says (`eastWest.service`), else where isthmus makes it. */
export function eastWestPlace({ eastWest }: Pick<Cluster, "eastWest">): {
  readonly namespace: string;
  readonly name: string;
} {
  return eastWest?.service ?? { namespace: istioNamespace, name: eastWestGateway };
}

/** Whether the cluster's east-west gateway is somebody else's: one that is there, which the mesh file names (`eastWest.service`). */
export function hasNamedGateway({ eastWest }: Pick<Cluster, "eastWest">): boolean {
  return eastWest?.service !== undefined;
}

/** Whether the mesh file says at which addresses the gateway is reached, so that its Service announces nothing. */
export function announcesAddresses({ eastWest }: Pick<Cluster, "eastWest">): boolean {
  return eastWest !== undefined && (eastWest.everywhere !== undefined || Object.keys(eastWest.seenFrom).length > 0);
}
