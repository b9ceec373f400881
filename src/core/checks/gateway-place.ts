import type { AnnouncedGateway } from "../model/mesh.ts";
import { formatAddress } from "./service-port.ts";

/** Where a gateway for other networks is reached: an IP address or a host name, with its port. */
export interface GatewayPlace {
  readonly address: string;
  readonly port: number;
}

/** The places of a gateway that has one port at several addresses. */
export function placesOf({ addresses, port }: AnnouncedGateway): readonly GatewayPlace[] {
  return addresses.map((address) => ({ address, port }));
}

/** As proxies have it among their endpoints. */
export function formatPlace({ address, port }: GatewayPlace): string {
  return formatAddress(address, port);
}
