import { doesAsAsked, showAsked, showDone, showRewrite } from "../checks/asked-route.ts";
import type { ProxyRouteFacts } from "../checks/proxy-facts.ts";
import { meshOf } from "../checks/reached.ts";
import { describeRedirect } from "../checks/redirects.ts";
import type { ObjectId } from "../model/kube-object.ts";
import { hasLabels } from "../model/labels.ts";
import { serviceIn } from "../policies/service-pods.ts";
import { routeNamespace } from "../render/front-gateway.ts";
import { istioNamespace, serviceHost } from "../render/names.ts";
import type { RouteOf } from "../routing/doors.ts";
import { doorsOf, requestsBefore } from "../routing/doors.ts";
import type { Call, CallerEffect } from "./call.ts";
import { clusterEffects } from "./cluster-effects.ts";
import type { SampleRequest } from "./find-route.ts";
import { firstRoute, sampleRequests } from "./find-route.ts";
import { foreignSource } from "./route-source.ts";

/** What a sidecar does with the requests of its way that nobody has asked for; none where all is well. */
export function effectsOf(call: Call): readonly CallerEffect[] {
  const { way } = call;
  const followed = requestsOf(call).map(({ request, asked }) => ({
    asked,
    request,
    outcome: firstRoute(way.routes, request),
  }));
  const met = new Set(followed.flatMap(({ outcome }) => (outcome.kind === "route" ? [outcome.route] : [])));
  return [
    ...followed.flatMap(({ outcome, asked, request }): readonly CallerEffect[] =>
      outcome.kind === "no-route"
        ? [noRoute(call, { request, asked })]
        : outcome.kind === "route"
          ? effectsOfRoute(call, outcome.route, asked)
          : [],
    ),
    // What takes a part of the requests only, and is somebody else's.
    ...way.routes
      .filter((route) => !met.has(route) && foreignSource(call.one, route) !== undefined)
      .flatMap((route) =>
        effectsOfRoute(call, route, undefined)
          .filter(({ severity }) => severity === "error")
          .map((effect) => ({
            ...effect,
            severity: "warning" as const,
            what: `${describePart(route)} ${effect.what}`,
          })),
      ),
  ];
}

/** True where one cannot say by which route a request that the mesh file names goes. */
export function isUnknown(call: Call): boolean {
  return requestsOf(call).some(({ request }) => firstRoute(call.way.routes, request).kind === "unknown");
}

interface Followed {
  readonly request: SampleRequest;
  /** The route of the mesh file that the request is of; undefined where none is for it. */
  readonly asked: RouteOf | undefined;
}

/** A request of each route for callers inside, at the service's own port, else one of no route. */
function requestsOf({ facts, one, way, service }: Call): readonly Followed[] {
  const host = serviceHost(service);
  const mesh = meshOf(facts, one);
  const { routes = [] } =
    way.kind === "http" && way.port === service.port
      ? (doorsOf(mesh).find((door) => door.listener === "mesh" && door.host === host) ?? {})
      : {};
  const plain = {
    hosts: [host],
    match: { path: { kind: "prefix", value: "/" }, headers: {}, fromRegions: [] },
  } as const;
  const connections =
    way.kind === "tcp" && way.port === service.port
      ? service.routes.find(({ protocol }) => protocol === "tcp")
      : undefined;
  if (connections !== undefined) {
    return sampleRequests(plain, () => []).map((request) => ({ request, asked: { service, route: connections } }));
  }
  return routes.length === 0
    ? sampleRequests(plain, () => []).map((request) => ({ request, asked: undefined }))
    : routes.flatMap((asked) =>
        sampleRequests({ hosts: [host], match: asked.route.match }, () =>
          requestsBefore(mesh, asked.route, { listener: "mesh", host }),
        ).map((request) => ({ request, asked })),
      );
}

function effectsOfRoute(call: Call, route: ProxyRouteFacts, asked: RouteOf | undefined): readonly CallerEffect[] {
  const by = foreignSource(call.one, route) ?? (isPast(call.way, route) ? scopeBehind(call) : undefined);
  const own = ownOf(call, asked);
  const effect = (severity: CallerEffect["severity"], what: string): CallerEffect => ({
    severity,
    part: "route",
    what,
    own,
    ...(by === undefined ? {} : { by }),
  });
  // What the mesh file injects is asked for, and drift of it is another finding.
  const faults = by === undefined ? [] : faultsOf(route).map(([severity, what]) => effect(severity, what));
  if (isPast(call.way, route)) {
    return isHidden(call) ? [] : pastEffects(call, route, { by, effect });
  }
  if (asked !== undefined && !doesAsAsked(route, asked)) {
    const { path } = asked.route.match;
    const what = `for ${path.value === "" ? "/" : path.value} ${showEffect(route)}, and route ${asked.route.name} of the mesh file asks for ${showAsked(asked.service, asked.route)}`;
    // Istio's default route where the sidecar does not see the VirtualService, which is in Istio's namespace where it delegates.
    const hidden = route.source === "" ? scopeBehind(call) : undefined;
    return [...faults, { ...effect("error", what), ...(hidden === undefined ? {} : { by: hidden }) }];
  }
  if (asked === undefined && (route.answers !== undefined || route.redirect !== undefined)) {
    return [...faults, effect(weightOf(route, by), showEffect(route))];
  }
  const changes = by === undefined ? [] : [...hurryOf(route), ...rewriteOf(route, asked)];
  return [
    ...faults,
    ...changes.map(([severity, what]) => effect(severity, what)),
    ...clusterEffects(call, route, { by, own }),
  ];
}

/** Of requests that the mesh file leaves alone it is meant. */
function rewriteOf(
  route: ProxyRouteFacts,
  asked: RouteOf | undefined,
): readonly (readonly [CallerEffect["severity"], string])[] {
  const rewrite = showRewrite(route);
  return rewrite === undefined || asked === undefined
    ? []
    : [["error", `for ${asked.route.match.path.value || "/"} go on ${rewrite}`]];
}

/** No two sidecars and an application answer within this time. */
const impossibleMs = 3;
/** Many a request of a healthy service takes longer. */
const shortMs = 50;

/** A time-out that somebody's route has, which fails requests as a fault does. */
function hurryOf({ timeoutMs }: ProxyRouteFacts): readonly (readonly [CallerEffect["severity"], string])[] {
  if (timeoutMs === undefined || timeoutMs >= shortMs) {
    return [];
  }
  const what = `are given up after ${timeoutMs} ms (timeout) and answered with 504`;
  return timeoutMs < impossibleMs ? [["error", what]] : [["warning", `that take longer ${what}`]];
}

/** Of a service without routes inside it may be meant that somebody's VirtualService serves some paths only. */
function noRoute(call: Call, { request, asked }: Followed): CallerEffect {
  const own = ownOf(call, asked);
  const [by] = call.way.routes.flatMap((route) => foreignSource(call.one, route) ?? []);
  return by === undefined || asked !== undefined
    ? { severity: "error", part: "route", what: `are answered with 404${pathOf(request, asked)}`, own }
    : {
        severity: "warning",
        part: "route",
        what: "are answered with 404 where none of its routes takes them",
        own,
        by,
      };
}

/** Of requests that the mesh file says nothing of somebody's redirect may be meant, and hardly an error for all. */
function weightOf({ answers = 0 }: ProxyRouteFacts, by: ObjectId | undefined): CallerEffect["severity"] {
  return answers >= 400 || by === undefined ? "error" : "warning";
}

/** What a route does on purpose, with how much that matters. */
function faultsOf({ fault = {} }: ProxyRouteFacts): readonly (readonly [CallerEffect["severity"], string])[] {
  const { abort, delay } = fault;
  return [
    ...(abort === undefined
      ? []
      : [["error", `are answered ${showStatus(abort)} by fault injection${showPercent(abort)}`] as const]),
    ...(delay === undefined
      ? []
      : [["warning", `wait ${delay.seconds} s by fault injection${showPercent(delay)}`] as const]),
  ];
}

const passthrough = "PassthroughCluster";
const blackHole = "BlackHoleCluster";

/** To an address that the sidecar does not know as a service. */
function pastEffects(
  { service, caller }: Call,
  route: ProxyRouteFacts,
  {
    by,
    effect,
  }: {
    readonly by: ObjectId | undefined;
    readonly effect: (severity: CallerEffect["severity"], what: string) => CallerEffect;
  },
): readonly CallerEffect[] {
  // A namespace may well do without services of others, and say so to keep its sidecars small.
  const meant = by?.kind === "Sidecar" && !caller.namespaces.includes(service.namespace);
  if (Object.hasOwn(route.clusters, passthrough)) {
    const what =
      "go past the mesh, since the sidecars do not know the service: in clear text, to pods of their own cluster alone";
    return meant ? [] : [effect("error", what)];
  }
  const end = route.answers === undefined ? "are cut off" : `are answered with ${route.answers}`;
  const what = `${end}, since the sidecars do not know the service and let nothing else out`;
  return [effect(meant ? "warning" : "error", what)];
}

/** True where the owner of the service has exported it to other namespaces than the caller's. */
function isHidden({ one, caller, service }: Call): boolean {
  const exported = serviceIn(one, service)?.exportTo ?? ["*"];
  return !exported.some(
    (to) => to === "*" || to === caller.namespace || (to === "." && caller.namespace === service.namespace),
  );
}

/** Istio's routes for whatever no virtual host is for come from no VirtualService. */
function isPast({ kind }: Call["way"], { clusters, answers, source }: ProxyRouteFacts): boolean {
  return (
    kind === "past" ||
    (source === "" &&
      (answers !== undefined || Object.hasOwn(clusters, passthrough) || Object.hasOwn(clusters, blackHole)))
  );
}

function showEffect(route: ProxyRouteFacts): string {
  if (route.redirect !== undefined) {
    return `are answered with ${describeRedirect(route.redirect)}`;
  }
  return route.answers === undefined
    ? showDone(route, "").replace(/^sends  to/, "go to")
    : `are answered with ${route.answers} by the sidecars themselves`;
}

function showStatus({ status }: { readonly status: number }): string {
  return status === 0 ? "with an error" : `with ${status}`;
}

function showPercent({ percent }: { readonly percent: number }): string {
  return percent >= 100 ? "" : ` (${Number(percent.toFixed(2))} % of them)`;
}

function pathOf({ path }: SampleRequest, asked: RouteOf | undefined): string {
  return asked === undefined ? "" : `, for ${path.value}`;
}

function describePart({ path, headers, queryParams = [], conditional }: ProxyRouteFacts): string {
  const parts = [
    ...(path.kind === "prefix" && ["", "/"].includes(path.value) ? [] : [`for ${path.value || "some paths"}`]),
    ...(headers.length === 0 ? [] : [`with header ${headers.map(({ name }) => name).join(", ")}`]),
    ...(queryParams.length === 0 ? [] : [`with query parameter ${queryParams.join(", ")}`]),
    ...(conditional ? ["of some more conditions"] : []),
  ];
  return parts.length === 0 ? "that no route before takes" : parts.join(" ");
}

/**
 * What keeps a service from a sidecar: a ServiceEntry of the caller's namespace
 * for its name, which has other ports, or the Sidecar object that leaves it
 * out: that of the pod's labels, else of its namespace, else of all.
 */
function scopeBehind({ one, caller, service }: Call): ObjectId | undefined {
  const { entries = [], scopes = [] } = one.routing.beside ?? {};
  const own = scopes.filter(
    ({ namespace, selector = {} }) => namespace === caller.namespace && hasLabels(caller.labels, selector),
  );
  const found =
    entries.find(
      ({ namespace, hosts = [] }) => namespace === caller.namespace && hosts.includes(serviceHost(service)),
    ) ??
    own.find(({ selector }) => selector !== undefined) ??
    own[0] ??
    scopes.find(({ namespace, selector }) => namespace === istioNamespace && selector === undefined);
  return found === undefined
    ? undefined
    : { group: "networking.istio.io", kind: found.kind, namespace: found.namespace, name: found.name };
}

/** Objects of the mesh by which callers reach the service; the last one decides. */
function ownOf({ service }: Call, asked: RouteOf | undefined): readonly ObjectId[] {
  const { namespace, name } = service;
  return [
    { group: "networking.istio.io", kind: "DestinationRule", namespace, name },
    { group: "", kind: "Service", namespace, name },
    ...(asked === undefined
      ? []
      : [
          {
            group: "networking.istio.io",
            kind: "VirtualService",
            namespace: routeNamespace(asked.service, asked.route),
            name: asked.route.name,
          },
        ]),
  ];
}
