import { eastWestGateway, networkLabel } from "../../render/names.ts";
import { announcesAddresses } from "../../routing/east-west-place.ts";
import type { Check, Finding } from "../check.ts";
import { kubectl, kubectlCommand } from "../commands.ts";
import { problem } from "../check.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { servicePlaces } from "../far-gateways.ts";
import { gatewaysByNetwork, isGatewayOf } from "../gateway-names.ts";
import { formatPlace } from "../gateway-place.ts";
import {
  applyFix,
  gatewayDeploymentId,
  gatewayOf,
  gatewayServiceId,
  meshClusters,
  networkOf,
  outlineOf,
  placesOfGateway,
} from "../reached.ts";
import { gatewayAddress, objectOf } from "../subjects.ts";

/** The second of the two places: istiods of other clusters find a network's gateway by the label of its Service (docs/guides/check.md, complaint 13). */
export const gatewayLabel: Check = {
  id: "network/gateway-label",
  sentence: "the east-west gateway and its Service carry the cluster's network",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const asked = networkOf(facts, one.cluster);
      const gateway = gatewayOf(one, eastWestGateway);
      if (gateway?.service === undefined) {
        return [];
      }
      const wrongPods = gateway.network !== undefined && gateway.network !== asked;
      if (!wrongPods && isElsewhere(facts, one, asked)) {
        return gateway.service.network === undefined ? [] : [besideMeshFile(one, gateway.service.network)];
      }
      if (gateway.service.network === asked && !wrongPods) {
        return [];
      }
      const { namespace, service, deployment } = placesOfGateway(one, eastWestGateway);
      const detail = wrongPods
        ? `The pods of Deployment ${namespace}/${deployment} in ${one.cluster} take themselves to be in network ${gateway.network}`
        : `Service ${namespace}/${service} of ${one.cluster} ${gateway.service.network === undefined ? `has no label ${networkLabel}` : `has ${networkLabel}=${gateway.service.network}`}`;
      return [
        problem("ISM419", {
          detail: `${detail}, and the mesh file puts the cluster into ${asked}. The other clusters know no gateway for it.`,
          fix: `${applyFix} Or by hand: ${kubectl(one)} -n ${namespace} label service ${service} ${networkLabel}=${asked} --overwrite`,
          cluster: one.cluster,
          object: wrongPods ? gatewayDeploymentId(one, eastWestGateway) : gatewayServiceId(one, eastWestGateway),
          breaks: [gatewayAddress(one.cluster, eastWestGateway)],
        }),
      ];
    }),
};

/** Whether other networks have the gateway from elsewhere: from the mesh file, or, where its Service says nothing, from what all of their istiods know. */
function isElsewhere(facts: MeshFacts, one: ReachedCluster, network: string): boolean {
  const cluster = outlineOf(facts, one.cluster);
  if (cluster !== undefined && announcesAddresses(cluster)) {
    return true;
  }
  const readers = meshClusters(facts).filter((reader) => networkOf(facts, reader.cluster) !== network);
  const knows = ({ istiod }: ReachedCluster): boolean =>
    istiod.pods.length > 0 &&
    istiod.pods.every((pod) =>
      (gatewaysByNetwork(pod).get(network) ?? []).some((known) =>
        isGatewayOf(known, { cluster: one.cluster, network }),
      ),
    );
  return gatewayOf(one, eastWestGateway)?.service?.network === undefined && readers.length > 0 && readers.every(knows);
}

/** The label that an apply leaves out, put there by somebody else. */
function besideMeshFile(one: ReachedCluster, label: string): Finding {
  const service = gatewayOf(one, eastWestGateway)?.service;
  const places = service === undefined ? [] : servicePlaces(one).map(formatPlace);
  const object = gatewayServiceId(one, eastWestGateway);
  return problem("ISM419", {
    detail: `Service ${object.namespace ?? ""}/${object.name} of ${one.cluster} has ${networkLabel}=${label}, and eastWest of the mesh file says where the gateway is reached: istiods go by the Service then${places.length === 0 ? ", which has no address" : ` (${places.join(", ")})`}, and not by the mesh file.`,
    fix: "Take the label off.",
    commands: [kubectlCommand(one, "label", object, `${networkLabel}-`)],
    cluster: one.cluster,
    object,
    breaks: [gatewayAddress(one.cluster, eastWestGateway)],
    // The label as a field that somebody has added, with its writer.
    needs: [objectOf(one.cluster, object)],
  });
}
