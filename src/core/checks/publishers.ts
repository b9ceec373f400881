import type { ExternalDnsFacts } from "./external-dns-facts.ts";
import type { MeshFacts } from "./facts.ts";
import { reachedClusters } from "./reached.ts";

/** An external-dns with the cluster that it runs in. */
export interface Publisher extends ExternalDnsFacts {
  readonly cluster: string;
}

/** The names that the clusters' own external-dns publish. */
export function publishedHosts(facts: MeshFacts): readonly string[] {
  const hosts = facts.mesh.services.flatMap((service) =>
    service.routes.filter((route) => route.dns?.via === "externalDns").flatMap((route) => route.hosts),
  );
  return [...new Set(hosts)];
}

/** Every external-dns that has to do with the zones of the published names; none in a mesh without such names. */
export function publishersOf(facts: MeshFacts): readonly Publisher[] {
  const hosts = publishedHosts(facts);
  return reachedClusters(facts).flatMap((one) =>
    one.externalDns
      .filter(({ domainFilters }) => hosts.some((host) => covers({ domainFilters }, host)))
      .map((other) => ({ ...other, cluster: one.cluster })),
  );
}

/** Without an owner of its own an instance is `default`; another registry than TXT records knows no owners that another one could read. */
export function ownerOf({ ownerId, registry }: ExternalDnsFacts): string {
  return registry === "noop" ? "(none: --registry=noop)" : (ownerId ?? "default");
}

/** Where an instance looks for who owns a name. */
export function recordOf({ txtPrefix, txtSuffix }: ExternalDnsFacts): string {
  return [
    ...((txtPrefix ?? "") ? [`prefix ${txtPrefix}`] : []),
    ...((txtSuffix ?? "") ? [`suffix ${txtSuffix}`] : []),
  ].join(" and ");
}

/** True where its sources are known and Istio's are not among them. */
export function readsNoIstio({ sources }: ExternalDnsFacts): boolean {
  return sources.length > 0 && !sources.some((source) => source.startsWith("istio-"));
}

/** What an instance does with names: the policy that is given, or that its version takes without one; undefined where neither is known. */
export function policyOf({ policy, version }: ExternalDnsFacts): string | undefined {
  return policy ?? (version !== undefined && !needsPolicy(version) ? "sync" : undefined);
}

/** From 0.22 on external-dns does not start without `--policy`; before, it was sync. */
export function needsPolicy(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 0 || minor >= 22;
}

/**
 * Whether the zones that it is given have the host in them, as external-dns decides it (endpoint.DomainFilter,
 * findings/external-dns-filters.sh): an empty filter is none, one that begins with a dot leaves out the zone's own
 * name, and commas part nothing.
 */
export function covers({ domainFilters }: Pick<ExternalDnsFacts, "domainFilters">, host: string): boolean {
  const name = host.toLowerCase();
  const zones = domainFilters
    .map((filter) => filter.trim().toLowerCase().replace(/\.$/, ""))
    .filter((filter) => filter !== "");
  return (
    zones.length === 0 || zones.some((zone) => name === zone || name.endsWith(zone.startsWith(".") ? zone : `.${zone}`))
  );
}
