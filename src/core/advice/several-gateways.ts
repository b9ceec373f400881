import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import { announcedGateway } from "../routing/announced-gateway.ts";
import type { Locate } from "./route-order.ts";

/**
 * Where a network has several gateways by the mesh file, and services there
 * have no failover (ISM778): Envoy's defaults connect for 10 s to a gateway
 * that swallows packets, and never leave one out that is gone, so that half of
 * two gateways' requests wait. `failover` sets both.
 */
export function adviseSeveralGateways(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  return [...new Set(mesh.clusters.map(({ network }) => network))].flatMap((network) => {
    const [members, readers] = [true, false].map((own) =>
      mesh.clusters.filter((one) => (one.network === network) === own),
    ) as [Cluster[], Cluster[]];
    const gateways = Math.max(0, ...readers.map((reader) => gatewaysFor(reader, members)));
    const [first, ...others] = mesh.services.filter((service) => waitsFor(service, members));
    return gateways < 2 || first === undefined
      ? []
      : [
          {
            ...warningOf("ISM778"),
            detail: `Network ${network} has ${gateways} gateways, and requests of other networks are spread over them. While one is dead its share of those for ${[first, ...others].map(({ namespace, name }) => `${namespace}/${name}`).join(", ")} waits, up to 10 s for each try that gets no answer.`,
            fix: "Give them failover: {}: connections that do not come about end after a second, and a gateway that two of them fail at is left out for three minutes. Requests then prefer endpoints of the caller's own network.",
            ...(locate === undefined ? {} : { range: locate(["spec", "services", mesh.services.indexOf(first)]) }),
          },
        ];
  });
}

/** How many places `reader` has for a network: what the file names, or one for each cluster whose Service says it. */
function gatewaysFor(reader: Cluster, members: readonly Cluster[]): number {
  return members.reduce((sum, one) => sum + (announcedGateway(one, reader)?.addresses.length ?? 1), 0);
}

function waitsFor({ exported, failover, versions }: Service, members: readonly Cluster[]): boolean {
  const runsThere = versions.some(({ clusters }) => members.some(({ name }) => clusters.includes(name)));
  return exported && failover === undefined && runsThere;
}
