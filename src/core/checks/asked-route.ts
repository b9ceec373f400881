import type { Route, Service } from "../model/mesh.ts";
import type { ProxyRouteFacts } from "./proxy-facts.ts";
import { askedRedirect, describeRedirect } from "./redirects.ts";
import { versionCluster } from "../proxy/version-cluster.ts";

/** Whether a proxy's route sends requests where a route of the mesh file asks, in the same shares, or redirects them alike. */
export function doesAsAsked(
  held: ProxyRouteFacts,
  { service, route }: { readonly service: Service; readonly route: Route },
): boolean {
  if (route.redirect !== undefined) {
    return held.redirect !== undefined && describeRedirect(held.redirect) === showRedirect(route.redirect);
  }
  return sharesAsAsked(held.clusters, { service, route });
}

/** Whether Envoy clusters get by their weights the shares that a route of the mesh file asks for. */
export function sharesAsAsked(
  clusters: Readonly<Record<string, number>>,
  { service, route }: { readonly service: Service; readonly route: Route },
): boolean {
  const [asked, found] = [askedClusters(service, route), sharesOf(clusters)];
  return [...new Set([...Object.keys(asked), ...Object.keys(found)])].every(
    (name) => Math.abs((asked[name] ?? 0) - (found[name] ?? 0)) < 0.01,
  );
}

/** What a proxy does with a request, as the end of a sentence about it. */
export function showDone({ clusters, redirect, answers }: ProxyRouteFacts, what: string): string {
  if (redirect !== undefined) {
    return `answers ${what} with ${describeRedirect(redirect)}`;
  }
  return answers === undefined
    ? `sends ${what} to ${showShares(clusters)}`
    : `answers ${what} with status ${answers} itself`;
}

/** Where weights lead: `v1=10 v2=90`. */
export function showShares(clusters: Readonly<Record<string, number>>): string {
  return show(sharesOf(clusters));
}

/** What a proxy changes of requests before an application sees them, as the end of a sentence about them; undefined where it changes nothing. */
export function showRewrite({ rewrite: { path, host } = {} }: Pick<ProxyRouteFacts, "rewrite">): string | undefined {
  const parts = [
    ...(path === undefined ? [] : [`path ${path || "/"}`]),
    ...(host === undefined ? [] : [`host ${host}`]),
  ];
  return parts.length === 0 ? undefined : `with ${parts.join(" and ")} in place of their own (rewrite)`;
}

function showRedirect(redirect: NonNullable<Route["redirect"]>): string {
  return describeRedirect(askedRedirect(redirect));
}

/** Envoy cluster → percent of the requests of a route. */
function askedClusters(service: Service, route: Route): Readonly<Record<string, number>> {
  return sharesOf(
    Object.fromEntries(
      Object.entries(route.weights).map(([version, weight]) => [versionCluster(service, version), weight]),
    ),
  );
}

/** Percent of each, without what gets nothing. */
function sharesOf(weights: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const total = Object.values(weights).reduce((sum, one) => sum + one, 0);
  return Object.fromEntries(
    Object.entries(weights).flatMap(([name, weight]) => (weight === 0 ? [] : [[name, (weight / total) * 100]])),
  );
}

/** `v1=10 v2=90`. */
function show(shares: Readonly<Record<string, number>>): string {
  const parts = Object.entries(shares).map(([name, share]) => {
    const [, port = "", version = "", host = name] = name.split("|");
    return `${version === "" ? `${host}:${port}` : version}=${Number(share.toFixed(1))}`;
  });
  return parts.join(" ") || "nowhere";
}

/** What the mesh file asks for: `v1=10 v2=90`, or the redirect. */
export function showAsked(service: Service, route: Route): string {
  return route.redirect === undefined ? show(askedClusters(service, route)) : showRedirect(route.redirect);
}
