import type { AuthorizedRequest, Denial } from "../../policies/authorization.ts";
import { denialOf } from "../../policies/authorization.ts";
import { serviceIn, servicePods, targetPortOf } from "../../policies/service-pods.ts";
import type { Route, Service } from "../../model/mesh.ts";
import { ingressGateway, istioNamespace } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import type { PodFacts } from "../pod-facts.ts";
import { gatewayOf, meshClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { requestsTo } from "../subjects.ts";

/** Only what is refused for certain is told: a policy that lets some requests of a route pass is somebody's wish. */
export const authorization: Check = {
  id: "policies/authorization",
  sentence: "authorization policies let the requests of the routes pass",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      groupDenials([...denialsAtIngress(facts, one), ...denialsAtPods(facts, one)]).map(
        ({ denial, refused, breaks }) => {
          const { policy, kind } = denial;
          const way =
            kind === "listed"
              ? "denies"
              : policy.rules.length === 0
                ? "allows nothing and so refuses"
                : "allows other requests, and nothing allows";
          return problem("ISM472", {
            detail: `AuthorizationPolicy ${policy.namespace}/${policy.name} of ${one.cluster} (${policy.action}) ${way} ${refused.join("; ")}: they end in 403 "RBAC: access denied".`,
            fix: `Whoever wrote the policy has to decide: have it allow them, or delete it: kubectl --context ${one.context} -n ${policy.namespace} delete authorizationpolicy ${policy.name}. Requests of a route come to the pods from ${ingressGateway} (principal cluster.local/ns/${istioNamespace}/sa/${ingressAccount(one)}), at the pod's own port.`,
            cluster: one.cluster,
            object: {
              group: "security.istio.io",
              kind: "AuthorizationPolicy",
              namespace: policy.namespace,
              name: policy.name,
            },
            breaks,
          });
        },
      ),
    ),
};

interface Refused {
  readonly denial: Denial;
  readonly what: string;
  readonly breaks: readonly Subject[];
}

function groupDenials(all: readonly Refused[]): readonly {
  readonly denial: Denial;
  readonly refused: readonly string[];
  readonly breaks: readonly Subject[];
}[] {
  const groups = new Map<string, { denial: Denial; refused: Set<string>; breaks: Set<Subject> }>();
  for (const { denial, what, breaks } of all) {
    const key = `${denial.policy.namespace}/${denial.policy.name} ${denial.kind}`;
    const group = groups.get(key) ?? { denial, refused: new Set(), breaks: new Set() };
    group.refused.add(what);
    breaks.forEach((one) => group.breaks.add(one));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ denial, refused, breaks }) => ({
    denial,
    refused: [...refused],
    breaks: [...breaks],
  }));
}

function ingressPods(one: ReachedCluster): readonly PodFacts[] {
  return one.pods.filter((pod) => pod.namespace === istioNamespace && pod.labels["istio"] === "ingressgateway");
}

function ingressAccount(one: ReachedCluster): string {
  return ingressPods(one)[0]?.serviceAccount ?? `${ingressGateway}-service-account`;
}

/** Every request that a route describes, once for each of its hosts. */
function requestsOf(route: Route): readonly Omit<AuthorizedRequest, "port">[] {
  const { kind, value } = route.match.path;
  return route.hosts.map((host) => ({ host, ...(kind === "regex" ? {} : { path: { kind, value } }) }));
}

function denialsAtIngress(facts: MeshFacts, one: ReachedCluster): readonly Refused[] {
  const ports = gatewayOf(one, ingressGateway)?.service?.servicePorts ?? [];
  return facts.mesh.services.flatMap((service) =>
    service.routes.flatMap((route) =>
      ingressPods(one).flatMap((pod) => {
        const port = ports.find((other) => other.port === (route.tls === undefined ? 80 : 443))?.targetPort;
        return requestsOf(route).flatMap((request): readonly Refused[] => {
          const denial =
            typeof port === "number"
              ? denialOf(one.authorizationPolicies, pod, { ...request, port, client: "none" })
              : undefined;
          return denial === undefined
            ? []
            : [
                {
                  denial,
                  what: `what ${ingressGateway} is asked of route ${route.name} for ${request.host ?? ""}`,
                  breaks: [],
                },
              ];
        });
      }),
    ),
  );
}

function denialsAtPods(facts: MeshFacts, one: ReachedCluster): readonly Refused[] {
  const client = { namespace: istioNamespace, serviceAccount: ingressAccount(one) };
  return facts.mesh.services.flatMap((service) => {
    const here = serviceIn(one, service);
    return here === undefined
      ? []
      : servicePods(one, service).flatMap((pod) => {
          const port = targetPortOf(here, service.port, pod);
          return port === undefined || !pod.proxy
            ? []
            : askedOf(service, client).flatMap(({ request, what }): readonly Refused[] => {
                const denial = denialOf(one.authorizationPolicies, pod, { ...request, port });
                return denial === undefined ? [] : [{ denial, what, breaks: [requestsTo(one.cluster, here.service)] }];
              });
        });
  });
}

/** A service without routes has clients that nobody has named: only what refuses everybody is certain. */
function askedOf(
  service: Service,
  client: { readonly namespace: string; readonly serviceAccount: string },
): readonly { readonly request: Omit<AuthorizedRequest, "port">; readonly what: string }[] {
  const key = `${service.namespace}/${service.name}`;
  return service.routes.length === 0
    ? [{ request: {}, what: `all requests to ${key}` }]
    : service.routes.flatMap((route) =>
        requestsOf(route).map((request) => ({
          request: { ...request, client },
          what: `the requests of route ${route.name} for ${request.host ?? ""} to ${key}`,
        })),
      );
}
