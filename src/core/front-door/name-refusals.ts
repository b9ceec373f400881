import { errorOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { DnsRecordSet } from "./dns-records.ts";
import { txtText } from "./txt-value.ts";
import type { AddressClaim } from "./owner-records.ts";
import type { WantedName } from "./wanted-name.ts";

const other = errorOf("ISM635");
const unfit = errorOf("ISM636");

export function ofExternalDns({ name }: WantedName, record: string, owner: string): Diagnostic {
  return {
    ...other,
    detail: `${name} is written by external-dns (owner ${owner}, by the TXT record ${record}). What isthmus added to the name would be removed at external-dns' next round.`,
    fix: `Let one of them write the name. For isthmus: take the name out of what external-dns reads (its annotation, or --domain-filter and --exclude-domains), then delete the TXT record ${record}, and once the mesh is applied run isthmus dns sync --adopt, which takes the addresses over that are there. For external-dns: write dns: { via: externalDns } at the route.`,
  };
}

export function ofNobody(
  { name }: WantedName,
  addresses: readonly string[],
  claims: readonly AddressClaim[],
): Diagnostic {
  const owners = claims.map((one) => one.cluster);
  const beside = owners.length === 0 ? "" : ` beside those of ${owners.join(", ")}`;
  return {
    ...other,
    detail: `${name} has ${addresses.join(", ")}${beside}, and no owner record says that isthmus wrote ${addresses.length === 1 ? "it" : "them"}. Whoever did may need ${addresses.length === 1 ? "it" : "them"}, so nothing is added to the name.`,
    fix: `Delete ${addresses.join(", ")} at ${name} by hand where nobody needs ${addresses.length === 1 ? "it" : "them"}, or, once the mesh is applied, run isthmus dns sync --adopt, which replaces the addresses by those of the mesh's clusters.`,
  };
}

export function isAlias({ name }: WantedName, target: string): Diagnostic {
  return {
    ...other,
    detail: `${name} is an alias (CNAME) of ${target}. A name has either an alias or addresses (RFC 1034, 3.6.2).`,
    fix: `Delete the CNAME of ${name} where it is no longer needed, then apply, or run isthmus dns sync.`,
  };
}

export function otherRecord({ name }: WantedName, set: DnsRecordSet): Diagnostic {
  return {
    ...other,
    detail: `The TXT record ${set.name} is where isthmus keeps who owns ${name}, and it has something else: ${set.values.map(shorten).join(", ")}. Nothing is changed while the owners are not known.`,
    fix: `Look at ${set.name}. Where nothing else needs it, delete that TXT record, then apply, or run isthmus dns sync.`,
  };
}

export function ofAnotherMesh({ name, mesh }: WantedName, claim: AddressClaim): Diagnostic {
  return {
    ...other,
    detail: `At ${name} a cluster ${claim.cluster} of the mesh ${claim.mesh} owns ${claim.addresses.join(", ")}. The mesh ${mesh} has a cluster of the same name, and owners are told apart by that name.`,
    fix: `Give one of the two clusters another name, or take the route out of the mesh file of ${claim.mesh} and have it withdraw the name: isthmus dns sync --prune -f FILE, with that file.`,
  };
}

export function outsideOfZone({ name }: WantedName, zone: string): Diagnostic {
  return {
    ...other,
    detail: `${name} is not in the zone ${zone}, which is the one that isthmus may write.`,
    fix: `Publish a name in ${zone}, or name the zone that ${name} is in as spec.dns.zone.`,
  };
}

export function emptySet({ name, mesh }: WantedName): Diagnostic {
  return {
    ...unfit,
    detail: `No cluster of ${mesh} has an address for ${name} now. The addresses that are there stay: a name without any fails for every client at once, one with dead addresses works again with the first cluster.`,
    fix: "See why no cluster counts: isthmus dns status. To take the name away take it out of the mesh file and run isthmus dns sync --prune.",
  };
}

export function tooMany({ name }: WantedName, count: number, most: number): Diagnostic {
  return {
    ...unfit,
    detail: `${name} would have ${count} addresses of one kind. There are servers that take ${most} at most, and clients ask by UDP, where about as many fit.`,
    fix: `Publish ${name} from fewer clusters, or give each cluster fewer addresses.`,
  };
}

function shorten(value: string): string {
  const text = txtText(value);
  return text.length > 80 ? `"${text.slice(0, 80)}…"` : `"${text}"`;
}
