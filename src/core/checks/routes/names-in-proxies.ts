import type { Route, Service } from "../../model/mesh.ts";
import { chainFor } from "../../proxy/find-route.ts";
import { securePort } from "../../render/front-gateway.ts";
import { ingressGateway } from "../../render/names.ts";
import { frontRoutesOf, routesConnections } from "../../routing/hosts.ts";
import { sharesAsAsked, showAsked, showShares } from "../asked-route.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import { containerPort } from "../container-port.ts";
import type { GatewayPod } from "../control-plane-facts.ts";
import type { ReachedCluster } from "../facts.ts";
import { answeringPods, silentPods } from "../gateways/proxies-answer.ts";
import type { FilterChainFacts } from "../proxy-facts.ts";
import { applyFix, meshClusters, servicesAt } from "../reached.ts";
import { gatewayObject, routeObject } from "../route-object.ts";
import { appliedObject, issuedRoot, needsOfProxies, newestListeners, objectOf, openedBy } from "../subjects.ts";

/**
 * A handshake with each name of a TLS route is followed through the listeners
 * of the ingress proxies: connections are no part of their route tables
 * (docs/adr/0039). Of two VirtualServices with one name istiod leaves out the
 * whole match of the younger one, and says so in its log alone
 * (istio.io/istio, pilot/pkg/networking/core/gateway.go,
 * buildGatewayNetworkFiltersFromTLSRoutes).
 */
export const namesInProxies: Check = {
  id: "routes/names-in-proxies",
  sentence: "ingress proxies lead TLS connections of every route on where the mesh file asks",
  pre: false,
  unseen: (facts) =>
    meshClusters(facts).flatMap((one) =>
      servicesAt(facts, one).some((service) => tlsRoutesOf(service).length > 0)
        ? [
            ...silentPods(one, ingressGateway),
            ...(portOf(one) === undefined
              ? [`where TLS connections come in at the ingress of ${one.cluster}: its Service does not say which port`]
              : []),
          ]
        : [],
    ),
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      servicesAt(facts, one).flatMap((service) =>
        tlsRoutesOf(service).flatMap((route) => judge(one, { service, route })),
      ),
    ),
};

interface Routed {
  readonly service: Service;
  readonly route: Route;
}

function tlsRoutesOf(service: Service): readonly Route[] {
  return frontRoutesOf(service).filter(routesConnections);
}

function portOf(one: ReachedCluster): number | undefined {
  return containerPort(one, ingressGateway, securePort);
}

function judge(one: ReachedCluster, { service, route }: Routed): readonly Finding[] {
  const port = portOf(one);
  if (port === undefined) {
    return [];
  }
  const pods = answeringPods(one, ingressGateway);
  const wrong = pods.flatMap((pod) => route.hosts.flatMap((host) => describe(pod, { host, port }, { service, route })));
  const { cluster } = one;
  const object = routeObject(service, route);
  const gateway = gatewayObject(service, route);
  return wrong.length === 0
    ? []
    : [
        problem("ISM863", {
          detail: `Route ${route.name} in ${cluster}: ${wrong.join("; ")}.`,
          fix: `${applyFix} Where nothing differs, another VirtualService at the same gateway asks for one of the names, and istiod leaves the younger of the two out: ${kubectl(one, "get", "virtualservices", "-A", "--sort-by=.metadata.creationTimestamp")}`,
          cluster,
          object,
          needs: [
            ...[object, gateway].flatMap((id) => [objectOf(cluster, id), appliedObject(cluster, id)]),
            openedBy(cluster, gateway),
            ...needsOfProxies(cluster, ingressGateway, pods),
            newestListeners(cluster),
            issuedRoot(cluster),
          ],
        }),
      ];
}

function describe(
  pod: GatewayPod,
  { host, port }: { readonly host: string; readonly port: number },
  { service, route }: Routed,
): readonly string[] {
  const chain = chainFor(pod.config, { port, secure: true }, host);
  if (chain === undefined) {
    return [`${pod.name} resets connections for ${host}: none of its filter chains at port ${port} has the name`];
  }
  if (chain.routeTable !== undefined) {
    return [`${pod.name} ends the TLS of ${host} itself, and the mesh file asks to pass it through to the pods`];
  }
  const held = sharesOf(chain);
  return sharesAsAsked(held, { service, route })
    ? []
    : [
        `${pod.name} leads connections for ${host} to ${showShares(held)}, and the mesh file asks for ${showAsked(service, route)}`,
      ];
}

function sharesOf({ cluster, shares }: FilterChainFacts): Readonly<Record<string, number>> {
  return shares ?? (cluster === undefined ? {} : { [cluster]: 1 });
}
