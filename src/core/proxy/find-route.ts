import type {
  FilterChainFacts,
  HeaderMatch,
  ProxyConfig,
  ProxyRouteFacts,
  RouteTableFacts,
  VirtualHostFacts,
} from "../checks/proxy-facts.ts";
import type { Route } from "../model/mesh.ts";
import type { RequestMatch } from "../routing/match-relation.ts";
import { relate, takes } from "../routing/match-relation.ts";

/** A value of a request as far as a route of the mesh file fixes it: a text, or anything that an expression matches. */
interface Sample {
  readonly kind: "text" | "regex";
  readonly value: string;
}

/** A request that a route of the mesh file is for. */
export interface SampleRequest {
  readonly host: string;
  readonly path: Sample;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, Sample>>;
  /** Names of the query parameters that it has. */
  readonly queryParams: readonly string[];
}

/** Where a proxy sends a request, or what is missing on the way. */
export type RouteOutcome =
  | { readonly kind: "route"; readonly route: ProxyRouteFacts }
  /** Nothing listens for it; `detail` says what is there instead. */
  | { readonly kind: "no-listener" }
  | { readonly kind: "no-host" }
  | { readonly kind: "no-route" }
  /** An earlier route asks for what is not known of the request. */
  | { readonly kind: "unknown" };

/**
 * A request for each host of a route: with its path, or one below its prefix
 * that no other route is likely to ask for, and with a method that none of the
 * routes `before` it at the host takes. Where they take all of its methods, the
 * method is not known.
 */
export function sampleRequests(
  { hosts, match }: Pick<Route, "hosts" | "match">,
  before: (host: string) => readonly RequestMatch[],
): readonly SampleRequest[] {
  const { kind, value } = match.path;
  const path: Sample =
    kind === "regex"
      ? { kind: "regex", value }
      : { kind: "text", value: kind === "exact" ? value : `${value.replace(/\/$/, "")}/isthmus-check` };
  const headers = Object.fromEntries(
    Object.entries(match.headers).map(([name, one]): readonly [string, Sample] => [
      name.toLowerCase(),
      one.kind === "regex"
        ? { kind: "regex", value: one.value }
        : { kind: "text", value: one.kind === "exact" ? one.value : `${one.value}-isthmus-check` },
    ]),
  );
  const queryParams = Object.keys(match.queryParams ?? {});
  return hosts.map((host) => ({
    host,
    path,
    // Envoy compares the method as a header of this name.
    headers: { ...headers, ":method": chooseMethod(match, { path, headers }, before(host)) },
    queryParams,
  }));
}

/** A route without methods takes any, also one that no other route can name. */
const anyMethods = ["GET", "POST", "ISTHMUS-CHECK"];

function chooseMethod(
  match: RequestMatch,
  { path, headers }: Pick<SampleRequest, "path" | "headers">,
  before: readonly RequestMatch[],
): Sample {
  const texts = Object.entries(headers).flatMap(([name, { kind, value }]) => (kind === "text" ? [[name, value]] : []));
  const request = { path: path.value, headers: Object.fromEntries(texts) as Record<string, string>, query: "" };
  const mayTake = (one: RequestMatch, method: string): boolean =>
    path.kind === "text"
      ? takes(one, { ...request, method })
      : relate(pathOnly(one), pathOnly(match)) !== "apart" &&
        takes({ ...one, path: { kind: "prefix", value: "" } }, { ...request, method });
  const free = (match.methods ?? anyMethods).find((method) => !before.some((one) => mayTake(one, method)));
  return free === undefined
    ? { kind: "regex", value: match.methods?.join("|") ?? ".*" }
    : { kind: "text", value: free };
}

function pathOnly({ path }: RequestMatch): RequestMatch {
  return { path, headers: {}, fromRegions: [] };
}

/**
 * The route by which a proxy answers a request that comes in at a port, as
 * Envoy decides it: filter chain by server name, virtual host by the closest
 * domain, and the first route that matches
 * (https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto).
 */
export function findRoute(
  config: ProxyConfig,
  at: { readonly port: number; readonly secure: boolean },
  request: SampleRequest,
): RouteOutcome {
  const chain = chainFor(config, at, request.host);
  const table = config.routeTables.find((one) => one.name === chain?.routeTable);
  if (chain === undefined || table === undefined) {
    return { kind: "no-listener" };
  }
  const host = virtualHostFor(table, request.host);
  if (host === undefined) {
    return { kind: "no-host" };
  }
  return firstRoute(host.routes, request);
}

/** The first of a virtual host's routes that takes a request. */
export function firstRoute(
  routes: readonly ProxyRouteFacts[],
  request: SampleRequest,
): Extract<RouteOutcome, { readonly kind: "route" | "no-route" | "unknown" }> {
  for (const route of routes) {
    const verdict = matches(route, request);
    if (verdict !== "no") {
      return verdict === "yes" ? { kind: "route", route } : { kind: "unknown" };
    }
  }
  return { kind: "no-route" };
}

/** The chain that takes a connection with this server name: the closest name wins, as for domains. */
export function chainFor(
  { chains }: Pick<ProxyConfig, "chains">,
  at: { readonly port: number; readonly secure: boolean },
  host: string,
): FilterChainFacts | undefined {
  const own = chains.filter((chain) => chain.port === at.port);
  if (!at.secure) {
    const plain = own.filter((chain) => chain.routeTable !== undefined);
    return plain.find((chain) => chain.serverNames.length === 0) ?? plain[0];
  }
  return closestName(own, host, ({ serverNames }) => namesTaken(serverNames));
}

/** The names for which a filter chain is; one without any takes all that no other one does. */
export function namesTaken(serverNames: readonly string[]): readonly string[] {
  return serverNames.length === 0 ? ["*"] : serverNames;
}

/** A host of the mesh file may be a pattern itself: then the virtual host of that very pattern is meant. */
function virtualHostFor({ virtualHosts }: RouteTableFacts, host: string): VirtualHostFacts | undefined {
  return closestName(virtualHosts, host, (one) => one.domains);
}

/**
 * The item with the name that Envoy takes for a host, of domains and of server
 * names alike: exact, then the longest `*.suffix`, then the longest `prefix*`,
 * then `*`; letters in either case.
 */
export function closestName<Item>(
  items: readonly Item[],
  host: string,
  namesOf: (item: Item) => readonly string[],
): Item | undefined {
  const asked = host.toLowerCase();
  const ranked = items.flatMap((item) =>
    namesOf(item).flatMap((name) => {
      const rank = rankOf(name.toLowerCase(), asked);
      return rank === undefined ? [] : [{ item, rank }];
    }),
  );
  return ranked.toSorted((a, b) => b.rank - a.rank)[0]?.item;
}

function rankOf(name: string, host: string): number | undefined {
  if (name === host) {
    return 3000;
  }
  if (name === "*") {
    return 0;
  }
  if (name.startsWith("*") && host.endsWith(name.slice(1)) && host.length >= name.length) {
    return 2000 + name.length;
  }
  return name.endsWith("*") && host.startsWith(name.slice(0, -1)) ? 1000 + name.length : undefined;
}

type Verdict = "yes" | "no" | "maybe";

function matches(route: ProxyRouteFacts, request: SampleRequest): Verdict {
  const verdicts = [
    matchesPath(route, request.path),
    ...route.headers.map((header) => matchesHeader(header, request.headers[header.name])),
    // Whether the value is the one is not known: the facts have names only.
    ...(route.queryParams ?? []).map((name) => (request.queryParams.includes(name) ? "maybe" : "no")),
  ];
  if (verdicts.includes("no")) {
    return "no";
  }
  return verdicts.includes("maybe") || route.conditional ? "maybe" : "yes";
}

function matchesPath({ path: { kind, value } }: ProxyRouteFacts, path: Sample): Verdict {
  if (path.kind === "regex") {
    // That very expression, or what takes every path; what takes a part of it leaves the rest for later routes.
    return certain((kind === "regex" && value === path.value) || (kind !== "exact" && value === "/"));
  }
  switch (kind) {
    case "exact":
      return certain(path.value === value);
    case "prefix":
      return certain(path.value.startsWith(value));
    case "segments":
      return certain(path.value === value || path.value.startsWith(`${value}/`));
    case "regex":
      return matchesExpression(value, path.value);
    case "other":
      return "maybe";
  }
}

function matchesHeader({ kind, value, inverted }: HeaderMatch, sample: Sample | undefined): Verdict {
  if (sample === undefined) {
    // A request that the route is for need not have the header.
    return inverted ? "maybe" : "no";
  }
  const verdict = matchesValue(kind, value, sample);
  return inverted && verdict !== "maybe" ? certain(verdict === "no") : verdict;
}

function matchesValue(kind: HeaderMatch["kind"], value: string, sample: Sample): Verdict {
  if (kind === "other") {
    return "maybe";
  }
  if (sample.kind === "regex") {
    return kind === "regex" && value === sample.value ? "yes" : "maybe";
  }
  if (kind === "regex") {
    return matchesExpression(value, sample.value);
  }
  return certain(kind === "exact" ? sample.value === value : sample.value.startsWith(value));
}

/**
 * Envoy's expressions are RE2's and match the whole text; where this language
 * reads one otherwise, or may take for ever over it, one cannot know.
 */
function matchesExpression(expression: string, text: string): Verdict {
  if (/[)\]}][*+{?]/.test(expression) && /\)[*+{]/.test(expression)) {
    return "maybe";
  }
  try {
    return certain(new RegExp(`^(?:${expression})$`, "u").test(text));
  } catch {
    return "maybe";
  }
}

function certain(holds: boolean): Verdict {
  return holds ? "yes" : "no";
}
