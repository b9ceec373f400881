import type { ObjectId } from "../../model/kube-object.ts";
import { describeId, keyOf } from "../../model/kube-object.ts";
import type { Route, Service } from "../../model/mesh.ts";
import type { RouteOutcome, SampleRequest } from "../../proxy/find-route.ts";
import { findRoute, sampleRequests } from "../../proxy/find-route.ts";
import { fixOfManifests, foreignSource, isAmongManifests, isOfGatewayApi } from "../../proxy/route-source.ts";
import { ingressGateway, istioNamespace } from "../../render/names.ts";
import { requestsBefore } from "../../routing/doors.ts";
import { frontRequestsOf } from "../../routing/hosts.ts";
import type { RequestMatch } from "../../routing/match-relation.ts";
import { usesGatewayApi } from "../../routing/version-service.ts";
import { doesAsAsked, showAsked, showDone, showRewrite } from "../asked-route.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl, kubectlCommand } from "../commands.ts";
import type { GatewayPod } from "../control-plane-facts.ts";
import { describeFilter, filtersOf, fixOfFilters } from "../proxy-changers.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { containerPort } from "../container-port.ts";
import { gatewayObject, routeObject, versionObjects } from "../route-object.ts";
import { answeringPods, silentPods } from "../gateways/proxies-answer.ts";
import type { ProxyRouteFacts } from "../proxy-facts.ts";
import { applyFix, meshClusters, meshOf, servicesAt } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import {
  appliedObject,
  awaitedCertificate,
  issuedRoot,
  needsOfProxies,
  newestListeners,
  objectOf,
  openedBy,
  plainIngress,
} from "../subjects.ts";

/**
 * A request of each route is followed through what the ingress proxies really
 * hold: what the API server stores has no effect before a proxy has it.
 */
export const routesInProxies: Check = {
  id: "routes/in-proxies",
  sentence: "ingress proxies send the requests of every route where the mesh file asks",
  pre: false,
  unseen: (facts) =>
    meshClusters(facts).flatMap((one) => [
      ...silentPods(one, ingressGateway),
      ...(one.routing.beside?.unlisted === undefined
        ? []
        : [`what changes proxies of ${one.cluster} beside routes: ${one.routing.beside.unlisted}`]),
      ...filtersOf(one).map(
        (filter) =>
          `whether requests still go by the routes in ${one.cluster}: ${describeFilter(filter)} changes what proxies do with them`,
      ),
      ...servicesAt(facts, one).flatMap((service) =>
        frontRequestsOf(service).flatMap((route) =>
          answeringPods(one, ingressGateway).flatMap((pod) =>
            walk(facts, one, { pod, route })
              .filter(({ outcome }) => outcome.kind === "unknown")
              .map(
                ({ request }) =>
                  `whether ${pod.name} of ${one.cluster} takes route ${route.name} for ${request.host}: a route before it asks for what is not known`,
              ),
          ),
        ),
      ),
    ]),
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      servicesAt(facts, one).flatMap((service) =>
        frontRequestsOf(service).flatMap((route) => {
          const steps = answeringPods(one, ingressGateway).flatMap((pod) =>
            walk(facts, one, { pod, route }).map((step) => ({ step, pod })),
          );
          const found = steps.map(({ step, pod }) => ({ step, said: describe(one, step, { pod, service, route }) }));
          const wrong = found.flatMap(({ said }) => said);
          const strangers = strangersIn(
            facts,
            one,
            found.filter(({ said }) => said.length > 0).map(({ step }) => step),
          );
          const object = routeObject(service, route);
          const filters = filtersOf(one);
          const filtered = filters.length === 0 ? [] : [plainIngress(one.cluster)];
          return wrong.length === 0
            ? []
            : [
                problem("ISM475", {
                  detail: `Route ${route.name} in ${one.cluster}: ${[...new Set(wrong)].join("; ")}.${filters.length === 0 ? "" : ` ${filters.map(describeFilter).join(", ")} ${filters.length === 1 ? "changes" : "change"} what the proxy has.`}`,
                  fix:
                    filters.length > 0
                      ? fixOfFilters(one, filters)
                      : strangers.length > 0
                        ? fixOfStrangers(one, strangers)
                        : applyFix,
                  cluster: one.cluster,
                  object,
                  // What changes a proxy changes all of its routes: one cause.
                  breaks: filtered,
                  needs: [...filtered, ...needsOf(facts, one, { service, route })],
                }),
              ];
        }),
      ),
    ),
};

interface Step {
  readonly request: SampleRequest;
  readonly port: number;
  readonly secure: boolean;
  readonly outcome: RouteOutcome;
}

/** The container's port behind the port that the route's Gateway opens, since that is where the proxy listens. */
function walk(
  facts: MeshFacts,
  one: ReachedCluster,
  { pod, route }: { readonly pod: GatewayPod; readonly route: Route },
): readonly Step[] {
  const secure = route.tls !== undefined;
  const open = secure ? 443 : 80;
  const target = containerPort(one, ingressGateway, open);
  if (target === undefined) {
    return [];
  }
  const listener = secure ? "https" : "http";
  const before = (host: string): readonly RequestMatch[] =>
    requestsBefore(meshOf(facts, one), route, { listener, host });
  return sampleRequests(route, before).map((request) => ({
    request,
    port: target,
    secure,
    outcome: findRoute(pod.config, { port: target, secure }, request),
  }));
}

/** What somebody else's VirtualService does to requests beside leading them where they belong; that of the mesh's own is asked for, or drift. */
function foreignEffects({ routing }: ReachedCluster, route: ProxyRouteFacts, who: string): readonly string[] {
  const { fault, source } = route;
  const found = routing.virtualServices.find(({ namespace, name }) => `${namespace}/${name}` === source);
  if (found?.foreign === undefined) {
    return [];
  }
  const rewrite = showRewrite(route);
  const abort = fault?.abort;
  return [
    ...(abort === undefined
      ? []
      : [`answers ${Number(abort.percent.toFixed(2))} % with ${abort.status} by fault injection`]),
    ...(rewrite === undefined ? [] : [`sends them on ${rewrite}`]),
  ].map((what) => `${who} ${what} (VirtualService ${source})`);
}

/** istiod makes a VirtualService of each host of an Ingress (istio.io/istio, pilot/pkg/config/kube/ingress/conversion.go). */
const ofIngress = "-istio-autogenerated-k8s-ingress";

/** The object behind what a proxy calls the VirtualService of a route; undefined for a route of the Gateway API that is not known. */
function madeBy(one: ReachedCluster, route: ProxyRouteFacts, host: string): ObjectId | undefined {
  if (isOfGatewayApi(route.source)) {
    return foreignSource(one, route);
  }
  const [namespace = "", name = ""] = route.source.split("/");
  const prefix = `${host.replaceAll(".", "-")}-`;
  return name.endsWith(ofIngress) && name.startsWith(prefix)
    ? { group: "networking.k8s.io", kind: "Ingress", namespace, name: name.slice(prefix.length, -ofIngress.length) }
    : { group: "networking.istio.io", kind: "VirtualService", namespace, name };
}

function showSource(one: ReachedCluster, route: ProxyRouteFacts, host: string): string {
  const made = madeBy(one, route, host);
  return made === undefined ? `rule ${route.rule ?? ""} of an HTTPRoute or GRPCRoute` : describeId(made);
}

/** Ingresses, routes of the Gateway API, and VirtualServices of somebody else's, to which these requests go. */
function strangersIn(facts: MeshFacts, one: ReachedCluster, steps: readonly Step[]): readonly ObjectId[] {
  const own = new Set(
    facts.mesh.services.flatMap((service) => service.routes.map((route) => keyOf(routeObject(service, route)))),
  );
  const found = steps.flatMap(({ outcome, request: { host } }): readonly ObjectId[] => {
    if (outcome.kind !== "route") {
      return [];
    }
    const { route } = outcome;
    const foreign = foreignSource(one, route);
    const theirs = (foreign !== undefined && !own.has(keyOf(foreign))) || route.source.endsWith(ofIngress);
    return theirs ? [madeBy(one, route, host)].flatMap((id) => id ?? []) : [];
  });
  return [...new Map(found.map((id) => [keyOf(id), id])).values()];
}

/** What istiod has made of an Ingress for other hosts is in no API server: its namespace has the Ingress. */
function commandFor(one: ReachedCluster, id: ObjectId): string {
  return id.name.endsWith(ofIngress)
    ? kubectl(one, "-n", id.namespace ?? "", "get", "ingresses", "-o", "yaml")
    : kubectlCommand(one, "delete", id);
}

function fixOfStrangers(one: ReachedCluster, strangers: readonly ObjectId[]): string {
  return strangers.every((id) => isAmongManifests(one, id))
    ? fixOfManifests
    : `Whoever made ${strangers.map(describeId).join(" and ")} has to decide: leave these requests to the mesh, or delete it: ${strangers.map((id) => commandFor(one, id)).join("; ")}`;
}

function describe(
  one: ReachedCluster,
  { request: { host, path }, port, secure, outcome }: Step,
  { pod, service, route }: { readonly pod: GatewayPod; readonly service: Service; readonly route: Route },
): readonly string[] {
  switch (outcome.kind) {
    case "unknown":
      return [];
    case "no-listener":
      return [
        secure
          ? `${pod.name} has no listener at port ${port} for ${host}: TLS connections for it are reset`
          : `${pod.name} has no listener at port ${port}: connections are refused`,
      ];
    case "no-host":
      return [`${pod.name} knows no host ${host} and answers 404`];
    case "no-route":
      return [`${pod.name} has no route for ${host} ${path.value} and answers 404`];
    case "route": {
      const asked = showAsked(service, route);
      const { source } = outcome.route;
      return doesAsAsked(outcome.route, { service, route })
        ? foreignEffects(one, outcome.route, `${pod.name}, for ${host} ${path.value},`)
        : [
            `${pod.name} ${showDone(outcome.route, `${host} ${path.value}`)}${source === "" ? "" : ` (${showSource(one, outcome.route, host)})`}, and the mesh file asks for ${asked}`,
          ];
    }
  }
}

function needsOf(
  facts: MeshFacts,
  one: ReachedCluster,
  { service, route }: { readonly service: Service; readonly route: Route },
): readonly Subject[] {
  const { cluster } = one;
  const both = (id: ObjectId): readonly Subject[] => [objectOf(cluster, id), appliedObject(cluster, id)];
  const gateway = gatewayObject(service, route);
  return [
    ...both(routeObject(service, route)),
    ...both(gateway),
    ...(usesGatewayApi(service) ? versionObjects(service).flatMap(both) : []),
    openedBy(cluster, gateway),
    ...(route.tls === undefined
      ? []
      : [
          ...both({ group: "", kind: "Secret", namespace: istioNamespace, name: route.tls.secretName }),
          awaitedCertificate(cluster, route.tls.secretName),
        ]),
    ...both({ group: "", kind: "Service", namespace: istioNamespace, name: ingressGateway }),
    ...needsOfProxies(cluster, ingressGateway, answeringPods(one, ingressGateway)),
    newestListeners(cluster),
    issuedRoot(cluster),
  ];
}
