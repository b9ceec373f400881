import type { KubeObject } from "../model/kube-object.ts";
import type { Redirect } from "../model/route-settings.ts";
import { compareText } from "../render/order.ts";
import type { EnvoyRoute, EnvoyRouteDump } from "../proxy/envoy-route.ts";
import { madeOf } from "../proxy/envoy-route.ts";
import { isOfGatewayApi } from "../proxy/route-source.ts";
import { askedRedirect, describeRedirect, readAnswer } from "./redirects.ts";

/** Where requests of one path go: `subset of host`, or a redirect in words, → its share of them, 0 to 1. */
export interface RouteShares {
  /** The path as the route has it, whatever the kind of match; empty where any path matches. */
  readonly path: string;
  readonly shares: Readonly<Record<string, number>>;
}

/** What a proxy has of one VirtualService that is not as the VirtualService asks. */
export interface RouteFinding {
  /** Asked for, and not there. */
  readonly missing: readonly RouteShares[];
  /** There, and not asked for. */
  readonly foreign: readonly RouteShares[];
}

interface Destination {
  readonly destination?: { readonly host?: string; readonly subset?: string };
  readonly weight?: number;
}

interface HttpRoute {
  readonly delegate?: { readonly name: string; readonly namespace?: string };
  readonly match?: readonly { readonly uri?: Readonly<Record<string, string>> }[];
  readonly route?: readonly Destination[];
  readonly redirect?: Redirect;
}

/** What gateways have to hold of one VirtualService, or of one rule of an HTTPRoute. */
export interface AskedRoutes {
  /** `namespace/name` of a VirtualService, by which istiod marks the routes in a proxy; of an HTTPRoute what proxies call its rule, `namespace.name.0`; of connections `TLS for` and the name in their handshake. */
  readonly key: string;
  readonly asked: readonly RouteShares[];
  /** Routes with the same mark that are not asked about, and may be there. */
  readonly others: readonly RouteShares[];
}

/**
 * The routes that ingress gateways have to hold for these VirtualServices: one
 * for each match of each rule with destinations or a redirect, which counts as
 * one destination. Direct responses are left out. A rule that delegates has
 * the destinations of its delegate and the mark of its own VirtualService
 * (istio.io/istio, pilot/pkg/model/virtualservice.go). With `only`, one of the
 * VirtualServices, just its own routes are asked about. One for sidecars alone is left out, and one of which a delegate is not given.
 */
export function askRoutes(virtualServices: readonly KubeObject[], only?: KubeObject): readonly AskedRoutes[] {
  const byKey = new Map(virtualServices.map((object) => [markOf(object), object]));
  const wanted = only === undefined ? undefined : markOf(only);
  return virtualServices.filter(isAtGateways).flatMap((root): AskedRoutes[] => {
    const key = markOf(root);
    if (rulesOf(root).some(({ delegate }) => delegate !== undefined && !byKey.has(keyOfDelegate(delegate, root)))) {
      return [];
    }
    const routes = rulesOf(root).flatMap((rule) => {
      const from = rule.delegate === undefined ? root : byKey.get(keyOfDelegate(rule.delegate, root));
      const rules = rule.delegate === undefined ? [rule] : from === undefined ? [] : rulesOf(from);
      return rules.flatMap((own) => {
        const shares = askedShares(own);
        return pathsOf(rule.delegate === undefined ? own.match : (rule.match ?? own.match)).flatMap((path) =>
          shares === undefined ? [] : [{ from: from === undefined ? key : markOf(from), path, shares }],
        );
      });
    });
    const mine = routes.filter(({ from }) => wanted === undefined || wanted === key || wanted === from);
    const plain = (all: typeof routes): readonly RouteShares[] => all.map(({ path, shares }) => ({ path, shares }));
    return mine.length === 0 && wanted !== undefined
      ? []
      : [{ key, asked: plain(mine), others: plain(routes.filter((one) => !mine.includes(one))) }];
  });
}

function markOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

function keyOfDelegate({ name, namespace }: NonNullable<HttpRoute["delegate"]>, root: KubeObject): string {
  return `${namespace ?? root.metadata.namespace ?? ""}/${name}`;
}

function rulesOf(virtualService: KubeObject): readonly HttpRoute[] {
  return ((virtualService["spec"] ?? {}) as { readonly http?: readonly HttpRoute[] }).http ?? [];
}

/** False for a delegate, and for what is for sidecars only. */
function isAtGateways(virtualService: KubeObject): boolean {
  const { gateways = [] } = (virtualService["spec"] ?? {}) as { readonly gateways?: readonly string[] };
  return gateways.some((gateway) => gateway !== "mesh");
}

function pathsOf(match: HttpRoute["match"]): readonly string[] {
  return match === undefined || match.length === 0 ? [""] : match.map(({ uri }) => Object.values(uri ?? {})[0] ?? "");
}

function askedShares({ route = [], redirect }: HttpRoute): RouteShares["shares"] | undefined {
  if (redirect !== undefined) {
    return { [describeRedirect(askedRedirect(redirect))]: 1 };
  }
  return route.length === 0
    ? undefined
    : sharesOf(
        route.map(({ destination, weight }) => ({
          name: nameOf(destination?.host ?? "", destination?.subset ?? ""),
          weight: weight ?? (route.length === 1 ? 1 : 0),
        })),
      );
}

/**
 * `AskedRoutes.key` → the routes that a proxy has for it: of a VirtualService by
 * the mark that istiod leaves in every route (`/apis/networking.istio.io/v1/namespaces/N/virtual-service/V`),
 * of a rule of the Gateway API by its name.
 */
export type HeldRoutes = ReadonlyMap<string, readonly RouteShares[]>;

/** The routes with destinations or a redirect in an Envoy's dynamic route configurations. */
export function routesHeld(dump: EnvoyRouteDump): HeldRoutes {
  const held = new Map<string, RouteShares[]>();
  for (const { route_config } of dump.configs ?? []) {
    for (const route of (route_config?.virtual_hosts ?? []).flatMap(({ routes }) => routes ?? [])) {
      const source = madeOf(route.metadata, "virtual-service");
      const key = isOfGatewayApi(source) ? (route.name ?? "") : source;
      const shares = envoyShares(route);
      if (key !== "" && shares !== undefined) {
        const before = held.get(key) ?? [];
        held.set(key, [...before, { path: pathOf(route), shares }]);
      }
    }
  }
  return held;
}

/**
 * What of a VirtualService a proxy lacks or has besides; undefined when it has
 * exactly what is asked. Where others share the mark, only what has a path
 * that is asked about counts as besides.
 */
export function compareRoutes(
  { asked, others }: Pick<AskedRoutes, "asked" | "others">,
  held: readonly RouteShares[],
): RouteFinding | undefined {
  const has = (all: readonly RouteShares[], wanted: RouteShares): boolean =>
    all.some((one) => samePath(one.path, wanted.path) && sameShares(one.shares, wanted.shares));
  const missing = asked.filter((one) => !has(held, one));
  const foreign = held.filter(
    (one) =>
      !has([...asked, ...others], one) && (others.length === 0 || asked.some(({ path }) => samePath(path, one.path))),
  );
  return missing.length === 0 && foreign.length === 0 ? undefined : { missing, foreign };
}

/** `v1=10 v2=90`; a destination without a subset by the first part of its host. */
export function describeShares({ shares }: RouteShares): string {
  return Object.entries(shares)
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([name, share]) => {
      if (name.startsWith("redirect ")) {
        return name;
      }
      const [subset = "", host = ""] = name.split(" of ");
      return `${subset === "" ? (host.split(".")[0] ?? host) : subset}=${Math.round(share * 100)}`;
    })
    .join(" ");
}

function pathOf({ match }: Pick<EnvoyRoute, "match">): string {
  return match?.path ?? match?.safe_regex?.regex ?? match?.path_separated_prefix ?? match?.prefix ?? "";
}

function envoyShares({ route, ...answer }: EnvoyRoute): RouteShares["shares"] | undefined {
  const { redirect } = readAnswer(answer);
  if (redirect !== undefined) {
    return { [describeRedirect(redirect)]: 1 };
  }
  const clusters =
    route?.weighted_clusters?.clusters ?? (route?.cluster === undefined ? [] : [{ name: route.cluster, weight: 1 }]);
  if (route === undefined || clusters.length === 0) {
    return undefined;
  }
  return sharesOf(
    clusters.map(({ name, weight = 0 }) => {
      // istiod's name of a cluster: `outbound|5000|v1|helloworld.sample.svc.cluster.local`.
      const [, , subset = "", host = name] = name.split("|");
      return { name: nameOf(host, subset), weight };
    }),
  );
}

/** What `AskedRoutes.key` names, in words. */
export function describeKey(key: string): string {
  if (key.includes(" ")) {
    return key;
  }
  return key.includes("/") ? `VirtualService ${key}` : `rule ${key}`;
}

/** A destination as the shares of a route have it. */
export function nameOf(host: string, subset: string): string {
  return `${subset} of ${host}`;
}

/** What gets nothing is left out, as istiod leaves it out. */
export function sharesOf(parts: readonly { readonly name: string; readonly weight: number }[]): RouteShares["shares"] {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  const shares: Record<string, number> = {};
  for (const { name, weight } of parts.filter((part) => part.weight > 0)) {
    shares[name] = (shares[name] ?? 0) + weight / total;
  }
  return shares;
}

/** A route without a path is `prefix: /` in Envoy. */
function samePath(a: string, b: string): boolean {
  return a === b || ([a, b].includes("") && [a, b].includes("/"));
}

function sameShares(a: RouteShares["shares"], b: RouteShares["shares"]): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => Math.abs((a[name] ?? 0) - (b[name] ?? 0)) < 0.000_001);
}
