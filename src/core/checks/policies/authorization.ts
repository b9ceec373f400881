import type { AuthorizedRequest, Denial } from "../../policies/authorization.ts";
import { customPolicies, denialOf, policiesByAddress } from "../../policies/authorization.ts";
import { callerDenials } from "../../policies/caller-denials.ts";
import { servicePods } from "../../policies/service-pods.ts";
import type { Route } from "../../model/mesh.ts";
import { ingressGateway, istioNamespace, meshGateway } from "../../render/names.ts";
import { asksAtIngress, decidedByAddress, ingressPods, refusedByAddress } from "../ingress-requests.ts";
import type { PodAsk } from "../pod-requests.ts";
import { asksAtPods, decidedByHeader, ingressAccount } from "../pod-requests.ts";
import type { Check } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import type { PodFacts } from "../pod-facts.ts";
import { meshClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { requestsTo } from "../subjects.ts";

/**
 * What is refused for certain is an error. A policy that lets some requests of
 * a route pass may be somebody's wish; one that refuses those by which the
 * route is proven is warned of: of the method `verify.method` (GET when it has
 * none), without a token where `verify.headers` has none.
 */
export const authorization: Check = {
  id: "policies/authorization",
  sentence: "authorization policies let the requests of the routes pass",
  pre: false,
  unseen: undecided,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      groupDenials([
        ...denialsAtIngress(facts, one),
        ...denialsAtPods(facts, one),
        ...denialsOfCallers(facts, one),
      ]).map(({ denial, only, refused, breaks }) => {
        const { policy } = denial;
        const found = only === undefined ? problem : warning;
        return found("ISM472", {
          detail: `AuthorizationPolicy ${policy.namespace}/${policy.name} of ${one.cluster} (${policy.action}) ${wayOf(denial)} ${only === undefined || only.what === "" ? "" : `${only.what} of `}${refused.join("; ")}: they end in 403 "RBAC: access denied".`,
          fix: `Whoever wrote the policy has to decide: ${denial.kind === "no-provider" ? "name the authorizer in meshConfig.extensionProviders, with envoyExtAuthzGrpc or envoyExtAuthzHttp," : "have it allow them,"} or delete it${only === undefined ? "" : `; ${only.otherwise}`}. ${only?.what === "" ? "" : `Requests of a route come to the pods from ${ingressGateway} (principal cluster.local/ns/${istioNamespace}/sa/${ingressAccount(one)}), at the pod's own port. `}To delete it: ${kubectl(one, "-n", policy.namespace, "delete", "authorizationpolicy", policy.name)}`,
          cluster: one.cluster,
          object: {
            group: "security.istio.io",
            kind: "AuthorizationPolicy",
            namespace: policy.namespace,
            name: policy.name,
          },
          breaks,
        });
      }),
    ),
};

function wayOf({ policy, kind }: Denial): string {
  switch (kind) {
    case "listed":
      return "denies";
    case "no-provider":
      return `asks authorizer ${policy.provider?.name ?? ""}, which istiod's mesh configuration (meshConfig.extensionProviders) does not have, so that proxies refuse whatever comes to the pods that it selects:`;
    case "left-out":
      return policy.rules.length === 0 ? "allows nothing and so refuses" : "allows other requests, and nothing allows";
  }
}

/** Some requests of a route, and what to say in the mesh file where others are meant. */
interface Part {
  /** Empty where that says itself which they are. */
  readonly what: string;
  readonly otherwise: string;
}

interface Refused {
  readonly denial: Denial;
  /** Where only a part of the requests is refused. */
  readonly only?: Part;
  readonly what: string;
  readonly breaks: readonly Subject[];
}

function groupDenials(all: readonly Refused[]): readonly {
  readonly denial: Denial;
  readonly only?: Part;
  readonly refused: readonly string[];
  readonly breaks: readonly Subject[];
}[] {
  const groups = new Map<string, Pick<Refused, "denial" | "only"> & { refused: Set<string>; breaks: Set<Subject> }>();
  // Of one policy what is certain decides how the rest is told.
  const certainFirst = [
    ...all.filter(({ only }) => only === undefined),
    ...all.filter(({ only }) => only !== undefined),
  ];
  for (const { what, breaks, ...denied } of certainFirst) {
    const { policy, kind } = denied.denial;
    const key = `${policy.namespace}/${policy.name} ${kind} ${denied.only?.what ?? ""}`;
    const group = groups.get(key) ?? { ...denied, refused: new Set(), breaks: new Set() };
    group.refused.add(what);
    breaks.forEach((one) => group.breaks.add(one));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ refused, breaks, ...denied }) => ({
    ...denied,
    refused: [...refused],
    breaks: [...breaks],
  }));
}

/** Why every request is refused, or those by which the route is proven. */
function deniedAt(
  one: ReachedCluster,
  pod: PodFacts,
  request: AuthorizedRequest,
  route: Route | undefined,
): Pick<Refused, "denial" | "only"> | undefined {
  const denial = denialOf(one.authorizationPolicies, pod, request);
  if (denial !== undefined || route === undefined) {
    return denial === undefined ? undefined : { denial };
  }
  const method = route.verify?.method ?? route.match.methods?.[0] ?? "GET";
  const ofMethod = denialOf(one.authorizationPolicies, pod, { ...request, method });
  if (ofMethod !== undefined) {
    const otherwise =
      "where the application takes other methods only, say so in the mesh file (verify.method of the route)";
    return { denial: ofMethod, only: { what: `method ${method}`, otherwise } };
  }
  if (carriesToken(route)) {
    return undefined;
  }
  const withoutToken = denialOf(one.authorizationPolicies, pod, { ...request, method, token: "none" });
  const otherwise =
    "where callers have tokens, say so in the mesh file (verify.headers of the route: authorization), so that the route is proven with one";
  return withoutToken === undefined
    ? undefined
    : { denial: withoutToken, only: { what: "what comes without a JSON web token", otherwise } };
}

function carriesToken({ verify }: Route): boolean {
  return Object.keys(verify?.headers ?? {}).some((name) => name.toLowerCase() === "authorization");
}

/** Where another program decides, or the address of a client that nobody knows. */
function undecided(facts: MeshFacts): readonly string[] {
  return [...decidedElsewhere(facts), ...decidedByAddress(facts), ...decidedByHeader(facts)];
}

function decidedElsewhere(facts: MeshFacts): readonly string[] {
  return meshClusters(facts).flatMap((one) => {
    const pods = [...ingressPods(one), ...facts.mesh.services.flatMap((service) => servicePods(one, service))];
    const names = pods.flatMap((pod) =>
      customPolicies(one.authorizationPolicies, pod).map(({ namespace, name }) => `${namespace}/${name}`),
    );
    return names.length === 0
      ? []
      : [
          `in ${one.cluster} another program decides for AuthorizationPolicy ${[...new Set(names)].join(", ")} (CUSTOM)`,
        ];
  });
}

/** East-west gateways hand TLS on (AUTO_PASSTHROUGH), and istiod puts no policy into what does: one that selects them changes nothing. */
function denialsAtIngress(facts: MeshFacts, one: ReachedCluster): readonly Refused[] {
  return asksAtIngress(facts, one).flatMap(({ pod, route, request }): readonly Refused[] => {
    const denied = deniedAt(one, pod, request, route) ?? deniedByAddress(one, pod, request);
    return denied === undefined
      ? []
      : [
          {
            ...denied,
            what: `what ${ingressGateway} is asked of route ${route.name} for ${request.host ?? ""}`,
            breaks: [],
          },
        ];
  });
}

/** Which address a client has at the gateway depends on what is before it: only what was really refused is told. */
function deniedByAddress(
  one: ReachedCluster,
  pod: PodFacts,
  request: AuthorizedRequest,
): Pick<Refused, "denial" | "only"> | undefined {
  const [policy] = policiesByAddress(one.authorizationPolicies, pod, request);
  const count = policy === undefined ? undefined : refusedByAddress(one, pod);
  return policy === undefined || count === undefined
    ? undefined
    : {
        denial: { policy, kind: policy.action === "DENY" ? "listed" : "left-out" },
        only: {
          what: `whatever comes from an address outside of its blocks, which were all ${count} requests since pod ${pod.name} started,`,
          otherwise: `once it lets a request pass this is not told any more. The gateway sees the client's own address where its Service has externalTrafficPolicy: Local and no balancer puts its own in place, else that of a node (https://istio.io/latest/docs/tasks/security/authorization/authz-ingress/)`,
        },
      };
}

function denialsAtPods(facts: MeshFacts, one: ReachedCluster): readonly Refused[] {
  const groups = new Map<string, PodAsk[]>();
  for (const ask of asksAtPods(facts, one)) {
    const key = `${ask.pod.namespace}/${ask.pod.name} ${ask.what}`;
    groups.set(key, [...(groups.get(key) ?? []), ask]);
  }
  return [...groups.values()].flatMap((asks) => {
    const denied = asks.flatMap(({ pod, service, request, route, from, what }) => {
      const found = deniedAt(one, pod, request, route);
      return found === undefined ? [] : [{ ...found, from, what, breaks: [requestsTo(one.cluster, service)] }];
    });
    return denied.map(({ from, ...refused }): Refused =>
      refused.only !== undefined || from === undefined || denied.length === asks.length
        ? refused
        : { ...refused, only: { what: `what comes by ${from}`, otherwise: notMeant } },
    );
  });
}

const notMeant = "where nothing is meant to come that way, nothing is to be done";

/** Of callers that nobody has named it may be somebody's wish; a route for callers inside has some. */
function denialsOfCallers(facts: MeshFacts, one: ReachedCluster): readonly Refused[] {
  return facts.mesh.services.flatMap((service) =>
    callerDenials(facts, one, service).map(({ denial, from, everybody }) => ({
      denial,
      ...(everybody && service.routes.some(({ gateways }) => gateways.includes(meshGateway))
        ? {}
        : { only: { what: "", otherwise: "where these pods are not meant to call it, nothing is to be done" } }),
      what: `calls from pods in ${from.join(", ")} to ${service.namespace}/${service.name}`,
      breaks: [],
    })),
  );
}
