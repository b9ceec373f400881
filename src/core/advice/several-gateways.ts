import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import { announcedGateway } from "../routing/announced-gateway.ts";
import type { Locate } from "./route-order.ts";

/**
 * Where requests for a service go through several gateways of one network by
 * the mesh file, and the service has no failover (ISM778): Envoy's defaults
 * connect for 10 s to a gateway that swallows packets, and never leave one out
 * that is gone, so that half of two gateways' requests wait. `failover` sets both.
 */
export function adviseSeveralGateways(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  return [...new Set(mesh.clusters.map(({ network }) => network))].flatMap((network) => {
    const found = mesh.services
      .map((service) => ({ service, gateways: gatewaysOf(service, network, mesh) }))
      .filter(({ service, gateways }) => gateways > 1 && service.exported && service.failover === undefined);
    const [first] = found;
    return first === undefined
      ? []
      : [
          {
            ...warningOf("ISM778"),
            detail: `Requests of other networks for ${found.map(({ service: { namespace, name } }) => `${namespace}/${name}`).join(", ")} are spread over ${Math.max(...found.map(({ gateways }) => gateways))} gateways of network ${network}. While one is dead its share of them waits, up to 10 s for each try that gets no answer.`,
            fix: "Give them failover: {}: connections that do not come about end after a second, and a gateway that two of them fail at is left out for three minutes. Requests then prefer endpoints of the caller's own network.",
            ...(locate === undefined
              ? {}
              : { range: locate(["spec", "services", mesh.services.indexOf(first.service)]) }),
          },
        ];
  });
}

/** Through how many gateways of a network a service is reached, by the reader that has most of them. */
function gatewaysOf({ versions }: Service, network: string, { clusters }: Mesh): number {
  const members = clusters.filter((one) => one.network === network);
  const running = members.filter(({ name }) => versions.some((version) => version.clusters.includes(name)));
  const readers = clusters.filter((one) => one.network !== network);
  return Math.max(0, ...readers.map((reader) => countPlaces(reader, members, running)));
}

/**
 * istiod sends what is for an endpoint through the gateways of its network and
 * cluster, and through all of its network where none is known to be its
 * cluster's (istio/istio, pilot/pkg/xds/endpoints/ep_filters.go,
 * selectNetworkGateways). Addresses of `meshNetworks` belong to no cluster.
 */
function countPlaces(reader: Cluster, members: readonly Cluster[], running: readonly Cluster[]): number {
  const addressesOf = (one: Cluster): number => announcedGateway(one, reader)?.addresses.length ?? 1;
  const isByNetwork = running.some((one) => announcedGateway(one, reader) !== undefined);
  return (isByNetwork ? members : running).reduce((sum, one) => sum + addressesOf(one), 0);
}
