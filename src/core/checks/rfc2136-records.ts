import type { Finding } from "./check.ts";
import { problem, warning } from "./check.ts";
import type { MeshFacts } from "./facts.ts";
import { publishedHosts, type Publisher } from "./publishers.ts";

/**
 * What a DNS server takes of the records that an external-dns with the provider
 * rfc2136 writes. Its owner record of a name is a TXT beside it, `a-NAME`: of
 * the zone's own name it is outside of the zone, and the server refuses the
 * whole update, other names included. A name without a TTL of its own is written
 * with 0 (external-dns 0.23, provider/rfc2136; measured with BIND 9.18).
 */
export function rfc2136Records(facts: MeshFacts, one: Publisher): readonly Finding[] {
  if (one.provider !== "rfc2136") {
    return [];
  }
  const hosts = publishedHosts(facts);
  const apex = (one.zones ?? []).map((zone) => zone.replace(/\.$/, "")).find((zone) => hosts.includes(zone));
  const common = {
    cluster: one.cluster,
    object: { group: "apps", kind: "Deployment", namespace: one.namespace, name: one.name },
  };
  const who = `external-dns of ${one.cluster} (${one.namespace}/${one.name})`;
  return [
    ...(apex === undefined || one.registry === "noop" || staysInZone(one.txtPrefix ?? "")
      ? []
      : [
          problem("ISM668", {
            detail: `${who} publishes ${apex}, which is the zone's own name, and notes who owns it at ${ownerRecord(one.txtPrefix ?? "", apex)}: that is outside of the zone. The DNS server refuses the whole update, up to 50 names with it, at every interval.`,
            fix: "Set --txt-prefix=%{record_type}. in every cluster: the owner's record is then a.NAME. Names that are there keep their old owner until their TXT records are deleted.",
            ...common,
          }),
        ]),
    ...(facts.mesh.dnsTtlSeconds !== undefined || !isNothing(one.minTtl)
      ? []
      : [
          warning("ISM669", {
            detail: `${who} writes names without a TTL with one of 0, and the mesh file names none: every connection of every client asks the zone's server anew.`,
            fix: "Give spec.dns a ttl, such as ttl: 60s, and apply it; or set --rfc2136-min-ttl=60s in every cluster.",
            ...common,
          }),
        ]),
  ];
}

/** True where the prefix makes the owner's record a name below the published one. */
function staysInZone(prefix: string): boolean {
  return prefix.includes("%{record_type}") && prefix.endsWith(".");
}

function ownerRecord(prefix: string, name: string): string {
  return prefix.includes("%{record_type}") ? `${prefix.replace("%{record_type}", "a")}${name}` : `${prefix}a-${name}`;
}

function isNothing(duration: string | undefined): boolean {
  return duration === undefined || /^0+[a-z]*$/.test(duration);
}
