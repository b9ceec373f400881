import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM630-ISM637: DNS records that isthmus writes itself (docs/adr/0028). */
export const dnsCodes = {
  ISM630: {
    summary: "The DNS server cannot be reached",
    explanation:
      "No connection to the server that `spec.dns.provider` names: a wrong address or port, a name that does not resolve, a firewall, or a server that is down. isthmus talks to it by TCP only, which some firewalls close for DNS.",
  },
  ISM631: {
    summary: "The DNS server gives no usable answer",
    explanation:
      "The connection was there, and no whole answer came in time, or one that is none: cut off in the middle, of another request, or with a signature that is not the server's. Where a change had been sent, it may have been done; isthmus reads the zone again before it decides anything.",
  },
  ISM632: {
    summary: "The DNS server does not accept the credentials",
    explanation:
      "The server knows no key of that name, has another secret or algorithm for it, or its clock and this machine's are too far apart. Servers say this differently: BIND and Knot name a reason in the answer's TSIG record, PowerDNS refuses without any. isthmus asks a signed question that changes nothing, so that a refused key and a refused change are told apart.",
  },
  ISM633: {
    summary: "The DNS server refuses the change",
    explanation:
      "The key is right, and may not make this change: its policy leaves out the name or the type, or the zone takes no updates at all. Nothing of the change was done. A key for isthmus needs A, AAAA and TXT of the published names, and TXT below `_isthmus` and `_acme-challenge` of them.",
  },
  ISM634: {
    summary: "The DNS server does not have the zone",
    explanation:
      "The server answers, and is not the one that `spec.dns.zone` is written at: another zone is meant, a resolver was named in place of the zone's own server, or part of the zone is delegated to another server.",
  },
  ISM635: {
    summary: "The name belongs to something else",
    explanation:
      "There are records at the name that isthmus did not write: external-dns owns it, addresses are there that no owner record explains, it is an alias, or another mesh has a cluster of the same name. isthmus adds nothing to such a name and changes no record of others; own addresses still leave it when their cluster dies.",
  },
  ISM636: {
    summary: "The addresses cannot be written",
    explanation:
      "A name's set of addresses would end up empty or larger than DNS servers take, or an owner record would have too long a name. isthmus never takes the last address from a name by itself, since that fails for every client at once.",
  },
  ISM637: {
    summary: "The name was changed again and again",
    explanation:
      "Each change of a name is done only if nobody else has changed it since it was read, and is decided anew otherwise. Somebody changed it every time until isthmus gave up. Nothing was lost; the next run does it.",
  },
} as const satisfies Record<string, CatalogueEntry>;
