import type { Mesh, Route } from "../model/mesh.ts";

/**
 * Where external-dns looks for a Gateway's addresses. It changed the prefix
 * with 0.22; each version ignores the other's
 * (https://kubernetes-sigs.github.io/external-dns/v0.23.0/docs/annotations/annotations/).
 */
const targetAnnotations = ["external-dns.alpha.kubernetes.io/target", "external-dns.kubernetes.io/target"] as const;

/** Likewise for how long resolvers may keep the records, in seconds (the same page; the sources for Istio read it). */
const ttlAnnotations = ["external-dns.alpha.kubernetes.io/ttl", "external-dns.kubernetes.io/ttl"] as const;

/**
 * Has every external-dns pass over a Gateway or VirtualService, and so over all of its hosts: its sources leave out
 * what has another controller than their own, dns-controller (the same page).
 */
export const passedOver: Readonly<Record<string, string>> = {
  "external-dns.alpha.kubernetes.io/controller": "isthmus",
  "external-dns.kubernetes.io/controller": "isthmus",
};

/** Has external-dns publish the hosts of a Gateway with these addresses (`192.0.2.1,192.0.2.2`) and the TTL of the mesh file. */
export function targetAnnotationsOf({ dns }: Pick<Mesh, "dns">, target: string): Readonly<Record<string, string>> {
  const ttl = dns?.ttlSeconds;
  return Object.fromEntries([
    ...targetAnnotations.map((name) => [name, target] as const),
    ...(ttl === undefined ? [] : ttlAnnotations.map((name) => [name, String(ttl)] as const)),
  ]);
}

/** The target in annotations of `targetAnnotationsOf`; undefined where they are others. */
export function targetIn(annotations: Readonly<Record<string, string>> | undefined): string | undefined {
  return annotations?.[targetAnnotations[0]];
}

type Via = NonNullable<Route["dns"]>["via"];

/** The hosts that routes of the mesh have published that way. */
export function hostsPublishedVia(via: Via, mesh: Pick<Mesh, "services">): ReadonlySet<string> {
  const all = known.get(mesh) ?? findPublished(mesh);
  known.set(mesh, all);
  return all[via];
}

/** Every VirtualService of a fleet asks. */
const known = new WeakMap<Pick<Mesh, "services">, Readonly<Record<Via, ReadonlySet<string>>>>();

function findPublished({ services }: Pick<Mesh, "services">): Readonly<Record<Via, ReadonlySet<string>>> {
  const routes = services.flatMap((service) => service.routes);
  const of = (via: Via): ReadonlySet<string> =>
    new Set(routes.flatMap(({ dns, hosts }) => (dns?.via === via ? hosts : [])));
  return { isthmus: of("isthmus"), externalDns: of("externalDns") };
}
