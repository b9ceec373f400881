import { crossNetworkPort, eastWestGateway } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { GatewayFacts } from "../control-plane-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { announces } from "../far-gateways.ts";
import { applyFix, gatewayServiceId, meshClusters, placesOfGateway } from "../reached.ts";
import { gatewayAddress, nodes } from "../subjects.ts";

/** Without an address nobody finds the gateway: no load balancer, a pending one, or NAT in front (docs/guides/check.md, complaint 12). */
export const gatewaysHaveAddresses: Check = {
  id: "gateways/addresses",
  sentence: "gateways have addresses",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      one.gateways.flatMap((gateway) => {
        const wrong = flawOf(facts, one, gateway);
        return wrong === undefined
          ? []
          : [
              problem("ISM425", {
                ...wrong,
                cluster: one.cluster,
                object: gatewayServiceId(one, gateway.name),
                breaks: [gatewayAddress(one.cluster, gateway.name)],
                needs: [
                  ...(gateway.service?.addresses.length === 0 ? [nodes(one.cluster)] : []),
                  // The label that names another port may be one that somebody has added.
                  ...(gateway.service?.gatewayPort === undefined ? [] : [gatewayAddress(one.cluster, gateway.name)]),
                ],
              }),
            ];
      }),
    ),
};

function flawOf(
  facts: MeshFacts,
  one: ReachedCluster,
  { name, service }: GatewayFacts,
): { readonly detail: string; readonly fix: string } | undefined {
  const at = placesOfGateway(one, name);
  const named = `${at.namespace}/${at.service}`;
  if (service === undefined) {
    return { detail: `${one.cluster} has no Service ${named}.`, fix: applyFix };
  }
  // Others connect elsewhere, and what stands there leads to the gateway by a way of its own.
  const isAnnounced = name === eastWestGateway && announces(facts, one);
  if (service.addresses.length === 0 && !isAnnounced) {
    return {
      detail: `Service ${named} of ${one.cluster} (${service.type}) has no address${service.type === "LoadBalancer" ? ": no load balancer has given it one" : ", since its type is not LoadBalancer and it has no externalIPs"}.`,
      fix: `Whoever runs the cluster's load balancers has to see why: ${kubectl(one, "-n", at.namespace, "describe", "service", at.service)}. Where there are none, give it the addresses at which its nodes are reached (eastWest.addresses in the mesh file, or spec.externalIPs).`,
    };
  }
  const port = service.gatewayPort ?? crossNetworkPort;
  if (name === eastWestGateway && !isAnnounced && !service.ports.includes(port)) {
    return {
      detail: `Service ${named} of ${one.cluster} has the ports ${service.ports.join(", ") || "(none)"} and not ${port}, where other networks connect.`,
      fix: applyFix,
    };
  }
  return undefined;
}
