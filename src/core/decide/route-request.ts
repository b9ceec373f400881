import type { Mesh, Route, Service } from "../model/mesh.ts";
import { doorsOf, requestsOf } from "../routing/doors.ts";
import { hostsAt, listenersOf } from "../routing/hosts.ts";
import type { Listener } from "../routing/hosts.ts";
import type { Comparison } from "../routing/match-relation.ts";
import { takes } from "../routing/match-relation.ts";
import type { ExpectedStatus } from "./answer.ts";
import { exampleOf } from "./example-text.ts";
import type { ProofWay } from "./proof.ts";

/** How a proof asks: the mesh file's `verify`, or what the command line says instead. */
export interface RequestSettings {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expect?: ExpectedStatus;
}

/** The request that a route is asked with. */
export interface RouteRequest {
  readonly method: string;
  /** With the query, if any. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Names to ask for, each in its turn; one that is empty is the ingress' own address. */
  readonly hosts: readonly string[];
  /** Undefined: whatever an application answers. */
  readonly expect?: ExpectedStatus;
}

/** How long a proof waits for an answer to begin, and for it to go on. */
export const proofTimeoutSeconds = 5;

export type RequestChoice =
  | { readonly kind: "request"; readonly request: RouteRequest }
  | { readonly kind: "none"; readonly reason: string; readonly fix: string };

/** What is asked for below a prefix that another route takes as it is. */
const ownName = "isthmus-verify";

/** A route, and whose proxy is to be asked. */
export interface AskedRoute {
  readonly service: Service;
  readonly route: Route;
  readonly via: ProofWay;
}

/**
 * The request that proves a route: with the path, method and headers that are
 * given, else made up from what the route matches, and such that no other
 * route of the mesh takes it. No request where none is known: a proof must not
 * ask for something else instead.
 */
export function chooseRequest(mesh: Mesh, asked: AskedRoute, given: RequestSettings): RequestChoice {
  const { route } = asked;
  const headers = chooseHeaders(route, given.headers ?? {});
  if (headers.kind === "none") {
    return headers;
  }
  const hosts = hostsAt(asked, listenerAsked(asked)).map((host) =>
    host === "*" ? "" : host.replace(/^\*\./, `${ownName}.`),
  );
  const request = { method: given.method ?? "GET", headers: headers.headers, hosts };
  const rivalOf = (path: string): Route | undefined => findRival(mesh, asked, path, headers.headers);
  const chosen = given.path === undefined ? choosePath(route, rivalOf) : holdPath(route, given.path, rivalOf);
  return chosen.kind === "none"
    ? chosen
    : {
        kind: "request",
        request: { ...request, path: chosen.path, ...(given.expect === undefined ? {} : { expect: given.expect }) },
      };
}

/** The route that takes the path instead of the one that is asked; undefined where none does. */
type RivalOf = (path: string) => Route | undefined;

type Refused = Extract<RequestChoice, { readonly kind: "none" }>;

function holdPath(
  route: Route,
  path: string,
  rivalOf: RivalOf,
): Refused | { readonly kind: "path"; readonly path: string } {
  if (!compares(route.match.path, withoutQuery(path))) {
    return {
      kind: "none",
      reason: `${path} is no path that it takes (${describeMatch(route.match.path)})`,
      fix: "Give a path that the route matches: verify.path of the route, or --path.",
    };
  }
  const rival = rivalOf(path);
  return rival === undefined ? { kind: "path", path } : takenBy(rival, path);
}

function choosePath(route: Route, rivalOf: RivalOf): Refused | { readonly kind: "path"; readonly path: string } {
  const { kind, value } = route.match.path;
  const below = `${value}${value.endsWith("/") ? "" : "/"}${ownName}`;
  const free = (path: string): boolean => rivalOf(path) === undefined;
  const isPath = (path: string): boolean => /^\/[\x21-\x22\x24-\x3e\x40-\x7e]*$/.test(path);
  const candidates = kind === "exact" ? [value] : [value, below];
  const path =
    kind === "regex"
      ? exampleOf(value, (one) => isPath(one) && free(one), ["/", `/${ownName}`])
      : candidates.find(free);
  if (path !== undefined) {
    return { kind: "path", path };
  }
  const rival = kind === "regex" ? undefined : rivalOf(value);
  return rival === undefined
    ? {
        kind: "none",
        reason: `no path is known that ${describeMatch(route.match.path)} takes for sure`,
        fix: "Give one: verify.path of the route, or --path.",
      }
    : takenBy(rival, value);
}

function takenBy(rival: Route, path: string): Refused {
  return {
    kind: "none",
    reason: `route ${rival.name} takes ${path} before it`,
    fix: "Give a path that only this route takes: verify.path of the route, or --path.",
  };
}

function chooseHeaders(
  route: Route,
  given: Readonly<Record<string, string>>,
): Refused | { readonly kind: "headers"; readonly headers: Readonly<Record<string, string>> } {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    headers[name.toLowerCase()] = value;
  }
  for (const [name, match] of Object.entries(route.match.headers)) {
    const key = name.toLowerCase();
    const value = headers[key] ?? headerFor(match);
    if (value === undefined || !compares(match, value)) {
      return {
        kind: "none",
        reason:
          value === undefined
            ? `no value of header ${name} is known that ${describeMatch(match)} takes for sure`
            : `header ${name} is asked with a value that it does not take (${describeMatch(match)})`,
        fix: "Give one: verify.headers of the route, or --header.",
      };
    }
    headers[key] = value;
  }
  return { kind: "headers", headers };
}

function headerFor(match: Comparison): string | undefined {
  return match.kind === "regex" ? exampleOf(match.value, (text) => /^[\x20-\x7e]*$/.test(text)) : match.value;
}

function listenerAsked({ route, via }: AskedRoute): Listener {
  return listenersOf(route).find((listener) => (listener === "mesh") === (via === "mesh")) ?? "http";
}

/** What a proxy tries before the route at one of its hosts and what takes the request. */
function findRival(
  mesh: Mesh,
  asked: AskedRoute,
  path: string,
  headers: Readonly<Record<string, string>>,
): Route | undefined {
  const { route } = asked;
  const listener = listenerAsked(asked);
  const request = { path: withoutQuery(path), headers };
  return doorsOf(mesh)
    .filter((door) => door.listener === listener && hostsAt(asked, listener).includes(door.host))
    .map((door) => door.routes.find((one) => takes(requestsOf(one, { listener, hosts: [door.host] }), request)))
    .find((first) => first !== undefined && first.route !== route)?.route;
}

/** Proxies compare a path without its query. */
function withoutQuery(path: string): string {
  return path.split("?")[0] ?? path;
}

function compares(comparison: Comparison, text: string): boolean {
  return takes({ path: comparison, headers: {}, fromRegions: [] }, { path: text, headers: {} });
}

function describeMatch({ kind, value }: Comparison): string {
  return `${kind} ${value}`;
}
