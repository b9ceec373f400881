import type { ObjectId } from "../../model/kube-object.ts";
import { eastWestGateway } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem, warning } from "../check.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { announcementFor } from "../far-gateways.ts";
import { formatPlace } from "../gateway-place.ts";
import { failingNow, failuresOf, sumOf, sureTries } from "../never-connected.ts";
import { gatewayServiceId, networkOf, pairs } from "../reached.ts";
import { requestsBetween } from "../requests-between.ts";
import type { Subject } from "../subjects.ts";
import {
  appliedObject,
  crossNetwork,
  gatewayAddress,
  gatewayPods,
  issuedRoot,
  nodes,
  objectOf,
  podNetwork,
  trustBetween,
} from "../subjects.ts";
import { unreachedPods } from "../unreached-pods.ts";

/**
 * Whether connections to the east-west gateways of other networks come about,
 * by what proxies have counted: a firewall, a NAT or a route that swallows
 * packets shows nowhere else; between clusters that share a network the same of
 * their pods. A gateway that nobody has asked anything of counts nothing, and
 * one that was reached before and is not now shows while there is traffic alone.
 */
export const gatewaysConnect: Check = {
  id: "join/gateways-connect",
  sentence:
    "no gateway of another network, and no pod of a shared one, has let down every connection that proxies tried",
  pre: false,
  run: (facts) =>
    pairs(facts).flatMap(({ reader, remote, far }) => {
      if (far === undefined) {
        return [];
      }
      if (networkOf(facts, remote) === networkOf(facts, reader.cluster)) {
        return unreachedPods(facts, reader, far);
      }
      const { by, places } = announcementFor(facts, reader, far);
      const gateways = new Set(places.map(formatPlace));
      const never = failuresOf(reader, gateways);
      const failed = never.size > 0 ? never : failingNow(reader, gateways);
      if (failed.size === 0) {
        return [];
      }
      const service = gatewayServiceId(far, eastWestGateway);
      const { addresses, tries } = sumOf(failed);
      const connections = `${tries === 1 ? "1 connection" : `${tries} connections`} from ${[...failed.keys()].join(", ")} of ${reader.cluster} to the east-west gateway of ${remote} at ${addresses.join(", ")}`;
      return [
        (tries < sureTries ? warning : problem)("ISM622", {
          detail: `${never.size > 0 ? `Not one of ${connections} has come about since these proxies know of it` : `${connections} failed within a second, in which no request was answered there, though earlier ones were`}: ${addresses.length < gateways.size ? `the share of their requests to ${remote} that goes there hangs, and fails or is tried again elsewhere after seconds` : `their requests to ${remote} hang and fail`}.`,
          fix: `Whoever runs the network between the clusters has to decide: open TCP from the nodes of ${reader.cluster} to ${addresses.join(", ")} (firewalls, security groups, routes; at the nodes of ${remote} also what kube-proxy wrote and a firewall has flushed), or ${by === "meshFile" ? `correct eastWest of ${remote} in the mesh file` : by === "meshNetworks" ? `correct meshNetworks of ${reader.cluster}, where its istiod has the address from` : `give Service ${service.namespace ?? ""}/${service.name} of ${remote} an address that ${reader.cluster} reaches`}. isthmus verify asks again.`,
          cluster: reader.cluster,
          remote,
          object: service,
          needs: needsOf(facts, reader, remote, service),
        }),
      ];
    }),
};

function needsOf(
  { mesh }: MeshFacts,
  { cluster }: ReachedCluster,
  remote: string,
  service: ObjectId,
): readonly Subject[] {
  return [
    nodes(remote),
    podNetwork(cluster),
    podNetwork(remote),
    gatewayPods(remote, eastWestGateway),
    gatewayAddress(remote, eastWestGateway),
    crossNetwork(remote),
    objectOf(remote, service),
    appliedObject(remote, service),
    issuedRoot(cluster),
    issuedRoot(remote),
    trustBetween(cluster, remote),
    ...requestsBetween(mesh, cluster, remote),
  ];
}
