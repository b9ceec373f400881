import type { Mesh, Route } from "../model/mesh.ts";
import { publishedAnnotation } from "./names.ts";

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

/** What a Gateway says of its addresses: `192.0.2.1,192.0.2.2` for external-dns, and whose each is, where that is known. */
export interface PublishedTarget {
  readonly target: string;
  readonly whose?: string;
}

/** Has external-dns publish the hosts of a Gateway with these addresses and the TTL of the mesh file. */
export function targetAnnotationsOf(
  { dns }: Pick<Mesh, "dns">,
  { target, whose }: PublishedTarget,
): Readonly<Record<string, string>> {
  const ttl = dns?.ttlSeconds;
  return Object.fromEntries([
    ...targetAnnotations.map((name) => [name, target] as const),
    ...(whose === undefined ? [] : [[publishedAnnotation, whose] as const]),
    ...(ttl === undefined ? [] : ttlAnnotations.map((name) => [name, String(ttl)] as const)),
  ]);
}

/** The target in annotations of `targetAnnotationsOf`; undefined where they are others. */
export function targetIn(annotations: Readonly<Record<string, string>> | undefined): string | undefined {
  return annotations?.[targetAnnotations[0]];
}

/** The addresses of ingress gateways by the names of their clusters. */
type Addresses = Readonly<Record<string, readonly string[]>>;

/** The target of a Gateway that names the addresses of these clusters. */
export function targetOf(addresses: Addresses): PublishedTarget {
  const known = Object.entries(addresses).filter(([, some]) => some.length > 0);
  return {
    target: [...new Set(known.flatMap(([, some]) => some))].toSorted().join(","),
    whose: known.map(([name, some]) => `${name}=${some.join(",")}`).join(";"),
  };
}

/** Whose the addresses of a target are; undefined where annotations do not say so, or somebody has changed the target since. */
export function addressesIn(annotations: Readonly<Record<string, string>> | undefined): Addresses | undefined {
  const whose = annotations?.[publishedAnnotation];
  if (whose === undefined) {
    return undefined;
  }
  const addresses = Object.fromEntries(
    whose.split(";").map((one) => {
      const at = one.indexOf("=");
      return [one.slice(0, at), one.slice(at + 1).split(",")] as const;
    }),
  );
  return targetOf(addresses).target === targetIn(annotations) ? addresses : undefined;
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
