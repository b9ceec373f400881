import { eastWestGateway, istioNamespace } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { restart } from "../commands.ts";
import type { IstiodPod } from "../control-plane-facts.ts";
import type { ReachedCluster } from "../facts.ts";
import type { Announcement } from "../far-gateways.ts";
import { announcementFor } from "../far-gateways.ts";
import { gatewaysByNetwork, hostNamesIn, isGatewayOf } from "../gateway-names.ts";
import type { GatewayPlace } from "../gateway-place.ts";
import { formatPlace } from "../gateway-place.ts";
import { pairs, placesOfGateway } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import {
  appliedObject,
  gatewayAddress,
  gatewayPods,
  knownGateways,
  needsOfJoin,
  networkLabelled,
  objectOf,
  sync,
} from "../subjects.ts";

/**
 * What istiod takes for the gateways of another network: without one it hands
 * out pod addresses that lead nowhere (pains 1 and 13), and for a DNS name it
 * has addresses only once it has resolved it (docs/guides/check.md, complaint 11).
 */
export const networkGateways: Check = {
  id: "join/network-gateways",
  sentence: "every istiod knows the east-west gateways of other networks",
  pre: false,
  run: (facts) => {
    const networks = new Map(facts.mesh.clusters.map((one) => [one.name, one.network]));
    return pairs(facts).flatMap(({ reader, remote, far }) => {
      const network = networks.get(remote) ?? "";
      if (far === undefined || network === networks.get(reader.cluster)) {
        return [];
      }
      const { by, places: announced } = announcementFor(facts, reader, far);
      const names = hostNamesIn(announced.map(({ address }) => address));
      return reader.istiod.pods.flatMap((pod) => {
        const known = (gatewaysByNetwork(pod).get(network) ?? []).filter((one) =>
          isGatewayOf(one, { cluster: remote, network }),
        );
        const missing = announced.filter(
          (place) => !names.includes(place.address) && !known.some((one) => formatPlace(one) === formatPlace(place)),
        );
        if (announced.length === 0 && known.length > 0) {
          return [gone(pod, { reader, remote, known })];
        }
        const unresolved = names.length > 0 && known.length === 0;
        if (pod.problem !== undefined || (known.length > 0 && missing.length === 0)) {
          return [];
        }
        return [
          problem("ISM438", {
            detail: describe(pod, { reader, remote, network, names, missing, known }),
            ...fixOf(reader, { far, by, unresolved }),
            cluster: reader.cluster,
            remote,
            object: { group: "", kind: "Pod", namespace: "istio-system", name: pod.name },
            breaks: [knownGateways(reader.cluster, remote)],
            needs: [
              sync(reader.cluster, remote),
              ...needsOfJoin(reader.cluster, remote),
              gatewayPods(remote, eastWestGateway),
              gatewayAddress(remote, eastWestGateway),
              networkLabelled(remote),
              ...(by === "meshFile" ? configOf(reader) : []),
            ],
          }),
        ];
      });
    });
  },
};

function fixOf(
  reader: ReachedCluster,
  {
    far,
    by,
    unresolved,
  }: { readonly far: ReachedCluster; readonly by: Announcement["by"]; readonly unresolved: boolean },
): Pick<Finding, "fix" | "commands"> {
  const { cluster } = reader;
  const remote = far.cluster;
  const { namespace, service } = placesOfGateway(far, eastWestGateway);
  if (unresolved) {
    const place =
      by === "meshFile" ? `eastWest of ${remote} in the mesh file` : `Service ${namespace}/${service} of ${remote}`;
    return {
      fix: `Whoever runs the DNS of ${cluster} has to decide: have it resolve the name, or give ${place} an IP address.`,
    };
  }
  const why =
    by === "meshFile"
      ? `An apply has written eastWest of ${remote} to meshNetworks of ${cluster}, and its istiod has not taken it`
      : `The labels of Service ${namespace}/${service} in ${remote} are right, and istiod of ${cluster} says that it is synced`;
  return {
    fix: `${why}: have it read them again by a restart.`,
    commands: [restart(reader, istioNamespace, "istiod")],
  };
}

/** Where meshNetworks stand. */
function configOf({ cluster }: ReachedCluster): readonly Subject[] {
  const config = { group: "", kind: "ConfigMap", namespace: istioNamespace, name: "istio" };
  return [objectOf(cluster, config), appliedObject(cluster, config)];
}

/**
 * istiod takes a change of addresses at once, and keeps the last one when none
 * is left (istio.io/istio, pilot/pkg/serviceregistry/kube/controller/network.go).
 */
function gone(
  pod: IstiodPod,
  it: { readonly reader: ReachedCluster; readonly remote: string; readonly known: readonly GatewayPlace[] },
): Finding {
  const { reader, remote } = it;
  const places = it.known.map(formatPlace).join(", ");
  return problem("ISM677", {
    detail: `${pod.name} of ${reader.cluster} still hands out ${places} for ${remote}, and nothing there announces a gateway any more: requests to ${remote} hang, unless something still answers at that address.`,
    fix: `Give the gateway an address again (ISM425 says how); istiod takes it at once. Where ${remote} is to have none, have istiod forget the old one by a restart.`,
    commands: [restart(reader, istioNamespace, "istiod")],
    cluster: reader.cluster,
    remote,
    object: { group: "", kind: "Pod", namespace: "istio-system", name: pod.name },
    breaks: [knownGateways(reader.cluster, remote)],
    needs: [gatewayAddress(remote, eastWestGateway)],
  });
}

function describe(
  pod: IstiodPod,
  it: {
    readonly reader: ReachedCluster;
    readonly remote: string;
    readonly network: string;
    readonly names: readonly string[];
    readonly missing: readonly GatewayPlace[];
    readonly known: readonly GatewayPlace[];
  },
): string {
  const { reader, remote } = it;
  if (it.known.length > 0) {
    return `${pod.name} of ${reader.cluster} does not know ${it.missing.map(formatPlace).join(", ")}, where ${remote} can be reached.`;
  }
  return it.names.length > 0
    ? `${pod.name} of ${reader.cluster} has no address for ${it.names.join(", ")}, the east-west gateway of ${remote}: it cannot resolve the name, or RESOLVE_HOSTNAME_GATEWAYS is off.`
    : `${pod.name} of ${reader.cluster} knows no gateway of network ${it.network}, so it hands out pod addresses of ${remote}, which lead nowhere from here.`;
}
