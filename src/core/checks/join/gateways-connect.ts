import type { ObjectId } from "../../model/kube-object.ts";
import { onceFor } from "../../once-for.ts";
import { eastWestGateway, ingressGateway, istioNamespace } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem, warning } from "../check.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { answeringPods } from "../gateways/proxies-answer.ts";
import type { ProxyClusterFacts } from "../proxy-facts.ts";
import { announcementFor } from "../far-gateways.ts";
import { formatPlace } from "../gateway-place.ts";
import { networkOf, pairs } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import {
  appliedObject,
  crossNetwork,
  gatewayAddress,
  gatewayPods,
  issuedRoot,
  mutualTls,
  nodes,
  objectOf,
  requestsTo,
  serviceIn,
  sidecarsOf,
  trustBetween,
} from "../subjects.ts";

/**
 * Whether connections to the east-west gateways of other networks come about,
 * by what proxies have counted: a firewall, a NAT or a route that swallows
 * packets shows nowhere else. A gateway that nobody has asked anything of counts
 * nothing, and one that was reached before and is not now cannot be told apart from a quiet one.
 */
export const gatewaysConnect: Check = {
  id: "join/gateways-connect",
  sentence: "proxies that asked gateways of other networks got connections",
  pre: false,
  run: (facts) =>
    pairs(facts).flatMap(({ reader, remote, far }) => {
      if (far === undefined || networkOf(facts, remote) === networkOf(facts, reader.cluster)) {
        return [];
      }
      const { by, places } = announcementFor(facts, reader, far);
      const gateways = new Set(places.map(formatPlace));
      const failed = failuresOf(reader, gateways);
      if (failed.size === 0) {
        return [];
      }
      const addresses = [...new Set([...failed.values()].flatMap(({ addresses: all }) => all))];
      const tries = [...failed.values()].reduce((sum, one) => sum + one.tries, 0);
      return [
        (tries < sureTries ? warning : problem)("ISM622", {
          detail: `Not one of ${tries} connections from ${[...failed.keys()].join(", ")} of ${reader.cluster} to the east-west gateway of ${remote} at ${addresses.join(", ")} has come about since these proxies know of it: their requests to ${remote} hang and fail.`,
          fix: `Whoever runs the network between the clusters has to decide: open TCP from the nodes of ${reader.cluster} to ${addresses.join(", ")} (firewalls, security groups, routes), or ${by === "meshFile" ? `correct eastWest of ${remote} in the mesh file` : by === "meshNetworks" ? `correct meshNetworks of ${reader.cluster}, where its istiod has the address from` : `give Service ${istioNamespace}/${eastWestGateway} of ${remote} an address that ${reader.cluster} reaches`}. isthmus verify asks again.`,
          cluster: reader.cluster,
          remote,
          object: { ...gatewayService },
          needs: needsOf(facts, reader, remote),
        }),
      ];
    }),
};

/** Fewer may be a gateway that was just starting. */
const sureTries = 3;

const gatewayService: ObjectId = { group: "", kind: "Service", namespace: istioNamespace, name: eastWestGateway };

interface Failures {
  readonly tries: number;
  readonly addresses: readonly string[];
}

/** Of every proxy the endpoints with which no connection has come about: few, where all is well. */
const neverConnectedOf = onceFor(
  (reader: ReachedCluster): readonly (readonly [pod: string, ProxyClusterFacts["endpoints"]])[] => {
    const proxies: readonly (readonly [string, readonly ProxyClusterFacts[]])[] = [
      ...answeringPods(reader, ingressGateway).map(({ name, config }) => [name, config.clusters] as const),
      ...reader.callers.map(({ namespace, name, clusters }) => [`${namespace}/${name}`, clusters] as const),
    ];
    return proxies.flatMap(([name, clusters]) => {
      const found = clusters
        .flatMap(({ endpoints }) => endpoints)
        .filter(({ neverConnected }) => neverConnected !== undefined);
      return found.length === 0 ? [] : [[name, found] as const];
    });
  },
);

/** Pod → its connections to these addresses, of which none came about. */
function failuresOf(reader: ReachedCluster, gateways: ReadonlySet<string>): ReadonlyMap<string, Failures> {
  return new Map(
    neverConnectedOf(reader).flatMap(([name, endpoints]) => {
      const asked = endpoints.filter(({ address }) => gateways.has(address));
      return asked.length === 0
        ? []
        : [
            [
              name,
              {
                tries: asked.reduce((sum, { neverConnected = 0 }) => sum + neverConnected, 0),
                addresses: [...new Set(asked.map(({ address }) => address))],
              },
            ],
          ];
    }),
  );
}

function needsOf({ mesh }: MeshFacts, { cluster }: ReachedCluster, remote: string): readonly Subject[] {
  return [
    nodes(remote),
    gatewayPods(remote, eastWestGateway),
    gatewayAddress(remote, eastWestGateway),
    crossNetwork(remote),
    objectOf(remote, gatewayService),
    appliedObject(remote, gatewayService),
    issuedRoot(cluster),
    issuedRoot(remote),
    trustBetween(cluster, remote),
    ...mesh.services.flatMap((service) => {
      const key = `${service.namespace}/${service.name}`;
      return [
        requestsTo(remote, key),
        serviceIn(remote, key),
        sidecarsOf(remote, key),
        mutualTls(cluster, remote, key),
      ];
    }),
  ];
}
