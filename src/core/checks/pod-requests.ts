import type { Route, Service } from "../model/mesh.ts";
import type { AuthorizedRequest } from "../policies/authorization.ts";
import { goesByAddress, policiesByAddress, policiesFor } from "../policies/authorization.ts";
import { clientIn } from "../policies/client-in.ts";
import { serviceIn, servicePods, targetPortOf } from "../policies/service-pods.ts";
import { eastWestGateway, ingressGateway, istioNamespace } from "../render/names.ts";
import { frontRequestsOf } from "../routing/hosts.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import { ingressPods, requestsOf } from "./ingress-requests.ts";
import type { PodFacts } from "./pod-facts.ts";
import { meshClusters, networkOf, placesOfGateway } from "./reached.ts";

/** A request, as a pod of a service sees it. */
export interface PodAsk {
  readonly pod: PodFacts;
  /** `namespace/name` of the cluster's Service. */
  readonly service: string;
  readonly request: AuthorizedRequest;
  readonly route: Route | undefined;
  /** The gateway from which it comes, with its cluster, where that matters; as `from` all that matter have the same `what`. */
  readonly from?: string;
  readonly what: string;
}

/**
 * What the pods of the mesh's services in a cluster are asked. Where a policy of
 * a pod goes by addresses, a request of a route stands there once for each
 * address that it may come from: pods of the cluster's own ingress gateway,
 * those of other clusters of its network, and of its own east-west gateway,
 * which passes on what comes from other networks.
 */
export function asksAtPods(facts: MeshFacts, one: ReachedCluster): readonly PodAsk[] {
  return facts.mesh.services.flatMap((service) => {
    const here = serviceIn(one, service);
    const gateways = gatewaysBefore(facts, one, service);
    return here === undefined
      ? []
      : servicePods(one, service).flatMap((pod) => {
          const port = targetPortOf(here, service.port, pod);
          if (port === undefined || !pod.proxy) {
            return [];
          }
          const byAddress = policiesFor(one.authorizationPolicies, pod).some(goesByAddress);
          return askedOf(service, one).flatMap(({ request, route, what }): readonly PodAsk[] => {
            const ask = { pod, service: here.service, route, what };
            return route === undefined || !byAddress || gateways.length === 0
              ? [{ ...ask, request: { ...request, port } }]
              : gateways.map(({ name, address }) => ({ ...ask, from: name, request: { ...request, port, address } }));
          });
        });
  });
}

/** Says, for each cluster, of which services an address in a header decides, which nobody knows, by which policies. */
export function decidedByHeader(facts: MeshFacts): readonly string[] {
  return meshClusters(facts).flatMap((one) => {
    const found = asksAtPods(facts, one).flatMap(({ pod, service, request, route }) =>
      route === undefined
        ? []
        : policiesByAddress(one.authorizationPolicies, pod, request).map(({ namespace, name }) => ({
            service,
            policy: `${namespace}/${name}`,
          })),
    );
    const [services, policies] = [
      new Set(found.map((each) => each.service)),
      new Set(found.map((each) => each.policy)),
    ];
    return found.length === 0
      ? []
      : [
          `in ${one.cluster} an address decides whether requests to ${[...services].join(", ")} pass, by AuthorizationPolicy ${[...policies].join(", ")}, and which address they carry depends on the way there`,
        ];
  });
}

/** The account by which a cluster's ingress gateway is known. */
export function ingressAccount(one: ReachedCluster): string {
  return ingressPods(one)[0]?.serviceAccount ?? `${ingressGateway}-service-account`;
}

/** A service without routes has clients that nobody has named: only what refuses everybody is certain. */
function askedOf(
  service: Service,
  one: ReachedCluster,
): readonly {
  readonly request: Omit<AuthorizedRequest, "port">;
  readonly route: Route | undefined;
  readonly what: string;
}[] {
  const client = clientIn(one, { namespace: istioNamespace, serviceAccount: ingressAccount(one) });
  const key = `${service.namespace}/${service.name}`;
  const routes = frontRequestsOf(service);
  return routes.length === 0
    ? [{ request: {}, route: undefined, what: `all requests to ${key}` }]
    : routes.flatMap((route) =>
        requestsOf(route).map((request) => ({
          request: { ...request, client },
          route,
          what: `the requests of route ${route.name} for ${request.host ?? ""} to ${key}`,
        })),
      );
}

interface GatewayBefore {
  readonly name: string;
  readonly address: string;
}

function gatewaysBefore(facts: MeshFacts, one: ReachedCluster, { exported }: Service): readonly GatewayBefore[] {
  const network = networkOf(facts, one.cluster);
  const others = exported ? meshClusters(facts).filter(({ cluster }) => cluster !== one.cluster) : [];
  const near = others.filter(({ cluster }) => networkOf(facts, cluster) === network);
  return [
    ...podsOf(one, ingressGateway),
    ...near.flatMap((other) => podsOf(other, ingressGateway)),
    ...(near.length === others.length ? [] : podsOf(one, eastWestGateway)),
  ];
}

function podsOf(
  one: ReachedCluster,
  gateway: typeof ingressGateway | typeof eastWestGateway,
): readonly GatewayBefore[] {
  const names = new Set(
    one.gateways.flatMap(({ name, pods }) => (name === gateway ? pods.map((pod) => pod.name) : [])),
  );
  const { namespace } = placesOfGateway(one, gateway);
  return one.pods.flatMap((pod) =>
    pod.namespace === namespace && names.has(pod.name)
      ? pod.addresses.map((address) => ({ name: `${gateway} of ${one.cluster}`, address }))
      : [],
  );
}
