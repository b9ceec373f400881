import type { AuthorizedRequest } from "../policies/authorization.ts";
import { policiesByAddress, policiesFor } from "../policies/authorization.ts";
import type { Route } from "../model/mesh.ts";
import { ingressGateway, istioNamespace } from "../render/names.ts";
import { frontRequestsOf } from "../routing/hosts.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import type { PodFacts } from "./pod-facts.ts";
import { gatewayOf, meshClusters, servicesAt } from "./reached.ts";

/** The pods of a cluster's ingress gateway. */
export function ingressPods(one: ReachedCluster): readonly PodFacts[] {
  return one.pods.filter((pod) => pod.namespace === istioNamespace && pod.labels["istio"] === "ingressgateway");
}

/** Every request that a route describes, once for each of its hosts. */
export function requestsOf(route: Route): readonly Omit<AuthorizedRequest, "port">[] {
  const { kind, value } = route.match.path;
  return route.hosts.map((host) => ({ host, ...(kind === "regex" ? {} : { path: { kind, value } }) }));
}

/** A request of a route, at one pod of the ingress gateway. */
export interface IngressAsk {
  readonly pod: PodFacts;
  readonly route: Route;
  readonly request: AuthorizedRequest;
}

/** What the ingress gateway's pods are asked, by clients without a certificate of the mesh. */
export function asksAtIngress(facts: MeshFacts, one: ReachedCluster): readonly IngressAsk[] {
  const ports = gatewayOf(one, ingressGateway)?.service?.servicePorts ?? [];
  return servicesAt(facts, one).flatMap((service) =>
    frontRequestsOf(service).flatMap((route) => {
      const port = ports.find((other) => other.port === (route.tls === undefined ? 80 : 443))?.targetPort;
      return typeof port !== "number"
        ? []
        : ingressPods(one).flatMap((pod) =>
            requestsOf(route).map((request) => ({
              pod,
              route,
              request: { ...request, port, client: "none" as const },
            })),
          );
    }),
  );
}

/**
 * What a pod of the gateway has counted, where it has let nothing pass and
 * refused something, and only one policy can have done that.
 */
export function refusedByAddress(one: ReachedCluster, pod: PodFacts): number | undefined {
  const counted = gatewayOf(one, ingressGateway)?.pods.find(({ name }) => name === pod.name)?.authorized;
  const deciding = policiesFor(one.authorizationPolicies, pod).filter(({ action }) => action !== "AUDIT");
  return deciding.length !== 1 || counted === undefined || counted.allowed > 0 || counted.denied === 0
    ? undefined
    : counted.denied;
}

/** Says, for each cluster, of which routes the address of a client decides that nobody knows, by which policies. */
export function decidedByAddress(facts: MeshFacts): readonly string[] {
  return meshClusters(facts).flatMap((one) => {
    const found = asksAtIngress(facts, one).flatMap(({ pod, request, route }) => {
      const by = policiesByAddress(one.authorizationPolicies, pod, request);
      return by.length === 0 || refusedByAddress(one, pod)
        ? []
        : [{ route: route.name, by: by.map(({ namespace, name }) => `${namespace}/${name}`) }];
    });
    const [routes, by] = [new Set(found.map(({ route }) => route)), new Set(found.flatMap((each) => each.by))];
    return found.length === 0
      ? []
      : [
          `in ${one.cluster} the address that ${ingressGateway} sees decides whether requests of route ${[...routes].join(", ")} pass, by AuthorizationPolicy ${[...by].join(", ")}, and which address that is depends on the way there`,
        ];
  });
}
