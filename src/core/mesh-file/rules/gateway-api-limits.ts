import { literalExpression } from "../../routing/regex.ts";
import type { PathNormalization } from "../../routing/request-path.ts";
import { findPathProblem, normalizationOf } from "../../routing/request-path.ts";
import type { MeshDraft } from "../draft.ts";
import { entriesOf, itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { PlacedRoute } from "../walk-draft.ts";
import { frontGatewayNameOf, routesOf, servicesOf } from "../walk-draft.ts";
import type { Refusal } from "./gateway-api.ts";
import { isByGatewayApi, refusedBeside } from "./gateway-api.ts";

/** What API servers take of a list of an HTTPRoute: hostnames, backendRefs, headers, queryParams, and each list of changed headers. */
const mostOfRoute = 16;

/** The listeners of a Gateway. */
const mostListeners = 64;

/** The characters of a path or of an expression for it. */
const longestPath = 1024;

/** What an API server takes of an exact path, beside what no `exact` may have. */
const takenPath = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;

/**
 * Limits of the definitions of HTTPRoute and Gateway, by which an API server
 * refuses an object in the middle of an apply (sigs.k8s.io/gateway-api 1.6.0,
 * config/crd/standard).
 */
export function checkGatewayApiLimits(draft: MeshDraft): readonly Finding[] {
  const routes = routesOf(draft).filter(isByGatewayApi);
  const normalization = normalizationOf(draft.spec?.istio?.values);
  return [
    ...routes.flatMap((route) =>
      [...listsOf(route), ...pathsOf(route, normalization)].map((refusal) => refusedBeside(route, refusal)),
    ),
    ...versionsOver(draft, routes),
    ...listenersOver(routes),
  ];
}

function listsOf({ value: { hosts, match = {}, headers = {} }, path }: PlacedRoute): readonly Refusal[] {
  const lists: readonly (readonly [readonly string[], number, string])[] = [
    [["hosts"], itemsOf(hosts).length, "hosts"],
    [["match", "headers"], entriesOf(match.headers).length, "headers to compare"],
    [["match", "queryParams"], entriesOf(match.queryParams).length, "query parameters"],
    ...(["request", "response"] as const).flatMap((side) =>
      (["set", "add"] as const).map(
        (change) =>
          [["headers", side, change], entriesOf(headers[side]?.[change]).length, "headers to change so"] as const,
      ),
    ),
    ...(["request", "response"] as const).map(
      (side) => [["headers", side, "remove"], itemsOf(headers[side]?.remove).length, "headers to remove"] as const,
    ),
  ];
  return lists
    .filter(([, count]) => count > mostOfRoute)
    .map(([field, count, what]) => ({
      at: [...path, ...field],
      why: `an HTTPRoute has ${mostOfRoute} ${what} at most, and these are ${count}`,
      fix: what === "hosts" ? "Make several routes of it." : "Write fewer, or leave api out.",
    }));
}

function pathsOf({ value: { match = {} }, path }: PlacedRoute, normalization: PathNormalization): readonly Refusal[] {
  const { exact, regex } = match;
  const long = [exact, regex].find((one) => one !== undefined && one.length > longestPath);
  if (long !== undefined) {
    return [
      {
        at: [...path, "match", long === exact ? "exact" : "regex"],
        why: `an HTTPRoute has a path of ${longestPath} characters at most, and this one has ${long.length}`,
        fix: "Write a shorter one, or leave api out.",
      },
    ];
  }
  // A path that no request has is told of with what was meant.
  if (exact === undefined || isTaken(exact) || findPathProblem(exact, { exact: true, normalization }) !== undefined) {
    return [];
  }
  return [
    {
      at: [...path, "match", "exact"],
      why: "API servers take no exact path with //, /./, /../ or %2F, with another % than of %XX, or with a character that a path has in no address",
      fix: `Write regex: ${literalExpression(exact)}, or leave api out.`,
    },
  ];
}

function isTaken(path: string): boolean {
  return takenPath.test(path) && !/\/\/|\/\.\.?(?:\/|$)|%2f/i.test(path);
}

function versionsOver(draft: MeshDraft, routes: readonly PlacedRoute[]): readonly Finding[] {
  return servicesOf(draft).flatMap(({ value: service, path }): readonly Finding[] => {
    const [route] = routes.filter((one) => one.service === service);
    const names = entriesOf(service.versions).map(([name]) => name);
    const over = names[mostOfRoute];
    return route === undefined || over === undefined
      ? []
      : [
          refusedBeside(route, {
            at: [...path, "versions", over],
            why: `an HTTPRoute leads to ${mostOfRoute} Services at most, one for each version, and these are ${names.length}`,
            fix: "Delete the versions that nobody needs, or leave api out.",
          }),
        ];
  });
}

/** One for each host of all services. */
function listenersOver(routes: readonly PlacedRoute[]): readonly Finding[] {
  const listeners = new Map<string, Set<string>>();
  return routes.flatMap((route): readonly Finding[] => {
    const gateway = frontGatewayNameOf(route.value);
    if (gateway === undefined) {
      return [];
    }
    const hosts = listeners.get(gateway) ?? new Set<string>();
    listeners.set(gateway, hosts);
    const had = hosts.size;
    const over = itemsOf(route.value.hosts).find(([, host]) => hosts.add(host).size > mostListeners);
    return over === undefined || had > mostListeners
      ? []
      : [
          refusedBeside(route, {
            at: [...route.path, "hosts", over[0]],
            why: `Gateway ${gateway} has a listener for each host of its routes, and ${mostListeners} of them at most`,
            fix: "Give routes of some of the hosts another gateway.",
          }),
        ];
  });
}
