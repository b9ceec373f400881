import type { GatewayPlace } from "../checks/gateway-place.ts";
import { placesOf } from "../checks/gateway-place.ts";
import type { PolicyPod } from "../policies/policy-pod.ts";
import { crossNetworkPort } from "../render/names.ts";
import { announcedGateway } from "../routing/announced-gateway.ts";
import { eastWestPlace } from "../routing/east-west-place.ts";
import { serviceNamed } from "./find-ends.ts";
import type { PolicyWorld } from "./policy-world.ts";
import { podsOf, portBehind } from "./policy-world.ts";

interface EastWest {
  readonly pod: PolicyPod;
  /** Where the cluster that asks reaches it. */
  readonly places: readonly GatewayPlace[];
  readonly target: number;
}

/** The gateway that other networks come in by; undefined where it has no pod, or nobody knows an address. */
export function eastWestOf(world: PolicyWorld, reader: PolicyWorld): EastWest | undefined {
  const { namespace, name } = eastWestPlace(world);
  const service = serviceNamed(world, namespace, name);
  const [pod] = service === undefined ? [] : podsOf(world, service);
  const announced = announcedGateway(world, { name: reader.cluster, network: reader.network });
  const places = placesOf(announced ?? { addresses: service?.outsideAddresses ?? [], port: crossNetworkPort });
  if (service === undefined || pod === undefined || places.length === 0) {
    return undefined;
  }
  const target = portBehind(service, { port: crossNetworkPort, protocol: "TCP" }, pod) ?? crossNetworkPort;
  return { pod, places, target };
}
