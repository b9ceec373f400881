import type { ObjectId } from "../../model/kube-object.ts";
import { hasLabels } from "../../model/labels.ts";
import { routeNamespace } from "../../render/front-gateway.ts";
import { ingressGateway, istioNamespace } from "../../render/names.ts";
import { frontGatewayOf, frontRoutesOf } from "../../routing/hosts.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { containerPort } from "../container-port.ts";
import type { GatewayObject, MeshFacts, ReachedCluster } from "../facts.ts";
import type { Clash } from "../left-out-servers.ts";
import { leftOutServers } from "../left-out-servers.ts";
import { meshClusters } from "../reached.ts";
import { openedBy } from "../subjects.ts";
import { kubectl } from "../commands.ts";

/** An older Gateway may take a port or a host of the ingress gateway from those of the routes (`leftOutServers`). */
export const sharedPorts: Check = {
  id: "gateways/shared-ports",
  sentence: "no older Gateway keeps those of the routes from a port of the ingress gateway",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const own = ownGateways(facts, one);
      const lost = leftOutAt(one).filter(({ of, by }) => own.has(of) && !own.has(by));
      return [...new Set(lost.map(({ by }) => by))].flatMap((rival) => {
        const of = [...new Set(lost.filter(({ by }) => by === rival).map((clash) => clash.of))];
        const [first] = lost.filter(({ by }) => by === rival);
        return first === undefined ? [] : [findingOf(one, { ...first, all: of })];
      });
    }),
};

function findingOf(one: ReachedCluster, { by, port, words, all }: Clash & { readonly all: readonly GatewayObject[] }) {
  const { namespace, name } = by;
  return problem("ISM563", {
    detail: `Gateway ${namespace}/${name} of ${one.cluster} opens port ${port} of the ingress gateway ${words}, and is older than ${all.map((ours) => `${ours.namespace}/${ours.name}`).join(", ")}: istiod leaves out what the older one does not go with, so that no request reaches the routes there.`,
    fix: `Whoever made it has to decide: give it another port or pods of its own (its selector), or delete it: ${kubectl(one)} -n ${namespace} delete gateway.networking.istio.io ${name}`,
    cluster: one.cluster,
    object: idOf(by),
    breaks: all.map((ours) => openedBy(one.cluster, idOf(ours))),
  });
}

function idOf({ namespace, name }: GatewayObject): ObjectId {
  return { group: "networking.istio.io", kind: "Gateway", namespace, name };
}

/** The Gateways of the mesh's routes, as the cluster has them. */
function ownGateways(facts: MeshFacts, one: ReachedCluster): ReadonlySet<GatewayObject> {
  const names = new Set(
    facts.mesh.services.flatMap((service) =>
      frontRoutesOf(service).map((route) => `${routeNamespace(service, route)}/${frontGatewayOf(route) ?? ""}`),
    ),
  );
  return new Set(one.routing.gateways.filter(({ namespace, name }) => names.has(`${namespace}/${name}`)));
}

function isForIngress({ pods }: ReachedCluster, { selector }: GatewayObject): boolean {
  const labels = pods
    .filter((pod) => pod.namespace === istioNamespace && pod.labels["istio"] === "ingressgateway")
    .map((pod) => pod.labels);
  return [...labels, { istio: "ingressgateway" }].some((found) => hasLabels(found, selector));
}

/** Where a cluster's ingress gateway leaves servers out. */
function leftOutAt(one: ReachedCluster): readonly Clash[] {
  // A number that is no port of the Service is taken for the container's own.
  const portOf = (port: number): number => containerPort(one, ingressGateway, port) ?? port;
  return leftOutServers(
    one.routing.gateways.filter((gateway) => isForIngress(one, gateway)),
    portOf,
  );
}
