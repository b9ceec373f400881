import type { Mesh, Route, Service } from "../model/mesh.ts";
import { doorsOf, requestsOf } from "../routing/doors.ts";
import { hostsAt, listenersOf } from "../routing/hosts.ts";
import type { Listener } from "../routing/hosts.ts";
import type { ComparedRequest, Comparison } from "../routing/match-relation.ts";
import { queryOf, takes } from "../routing/match-relation.ts";
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

const safeMethods = ["GET", "HEAD", "OPTIONS"];

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
 * route of the mesh takes it; by HEAD or OPTIONS where another one takes GET. No
 * request where none is known: a proof must not ask for something else instead.
 */
export function chooseRequest(mesh: Mesh, asked: AskedRoute, given: RequestSettings): RequestChoice {
  const [method, ...others] = methodsFor(asked.route, given);
  const first = chooseWith(mesh, asked, { ...given, method });
  if (first.kind === "request") {
    return first;
  }
  const choices = others.map((other) => chooseWith(mesh, asked, { ...given, method: other }));
  return choices.find(({ kind }) => kind === "request") ?? first;
}

/**
 * The methods to ask with: the given one alone, else the first of the route, and
 * others of it that change nothing (RFC 9110, 9.2.1), should another route take
 * requests with the first one.
 */
function methodsFor({ match: { methods } }: Route, given: RequestSettings): readonly [string, ...string[]] {
  if (given.method !== undefined) {
    return [given.method];
  }
  const first = methods?.[0] ?? "GET";
  return [first, ...safeMethods.filter((one) => one !== first && methods?.includes(one) !== false)];
}

function chooseWith(
  mesh: Mesh,
  asked: AskedRoute,
  given: RequestSettings & { readonly method: string },
): RequestChoice {
  const { route } = asked;
  const headers = chooseHeaders(route, given.headers ?? {});
  if (headers.kind === "none") {
    return headers;
  }
  const parts = chooseMethodAndQuery(route, given);
  if (parts.kind === "none") {
    return parts;
  }
  const { method, query } = parts;
  const hosts = hostsAt(asked, listenerAsked(asked)).map((host) =>
    host === "*" ? "" : host.replace(/^\*\./, `${ownName}.`),
  );
  const request = { method, headers: headers.headers, hosts };
  const rivalOf = (path: string): Route | undefined =>
    findRival(mesh, asked, {
      path: withoutQuery(path),
      headers: headers.headers,
      method,
      query,
    });
  const chosen = given.path === undefined ? choosePath(route, rivalOf) : holdPath(route, given.path, rivalOf);
  return chosen.kind === "none"
    ? chosen
    : {
        kind: "request",
        request: {
          ...request,
          path: withQuery(chosen.path, query),
          ...(given.expect === undefined ? {} : { expect: given.expect }),
        },
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
    fix:
      rival.match.methods === undefined
        ? "Give a path that only this route takes: verify.path of the route, or --path."
        : `Give a method other than ${rival.match.methods.join(", ")} that may be asked hundreds of times: verify.method of the route, or --method. Or a path that only this route takes: verify.path, or --path.`,
  };
}

function chooseMethodAndQuery(
  route: Route,
  given: RequestSettings & { readonly method: string },
): Refused | { readonly kind: "parts"; readonly method: string; readonly query: string } {
  const { methods } = route.match;
  const { method } = given;
  if (methods?.includes(method) === false) {
    return {
      kind: "none",
      reason: `it takes ${methods.join(" and ")}, and is asked by ${method}`,
      fix: "Give a method that the route takes: verify.method of the route, or --method.",
    };
  }
  if (given.path?.includes("?") === true && !takesQuery(route, queryOf(given.path))) {
    return {
      kind: "none",
      reason: `${given.path} has not the query parameters that it takes`,
      fix: "Give a path with them, or one without a query: verify.path of the route, or --path.",
    };
  }
  const query = given.path?.includes("?") === true ? queryOf(given.path) : chooseQuery(route);
  return query === undefined
    ? {
        kind: "none",
        reason: "no value of a query parameter is known that its expression takes for sure",
        fix: "Give a path with the query: verify.path of the route, or --path.",
      }
    : { kind: "parts", method, query };
}

/** The parameters that the route wants; undefined where an example of an expression is not found. */
function chooseQuery({ match: { queryParams = {} } }: Route): string | undefined {
  const parts = Object.entries(queryParams).map(([name, { kind, value }]) => {
    const text = kind === "exact" ? value : exampleOf(value, (one) => /^[\x21-\x22\x24-\x25\x27-\x7e]*$/.test(one));
    return text === undefined ? undefined : `${name}=${text}`;
  });
  return parts.includes(undefined) ? undefined : parts.join("&");
}

function takesQuery({ match: { queryParams = {} } }: Route, query: string): boolean {
  const any = { path: { kind: "prefix", value: "" }, headers: {}, fromRegions: [], queryParams } as const;
  return takes(any, { path: "", headers: {}, method: "", query });
}

/** A path that has a query of its own keeps it. */
function withQuery(path: string, query: string): string {
  return query === "" || path.includes("?") ? path : `${path}?${query}`;
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
function findRival(mesh: Mesh, asked: AskedRoute, request: ComparedRequest): Route | undefined {
  const { route } = asked;
  const listener = listenerAsked(asked);
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
  return takes(
    { path: comparison, headers: {}, fromRegions: [] },
    { path: text, headers: {}, method: "GET", query: "" },
  );
}

function describeMatch({ kind, value }: Comparison): string {
  return `${kind} ${value}`;
}
