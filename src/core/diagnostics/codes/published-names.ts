import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM638-ISM649: names that isthmus publishes itself, from the mesh file to what `check` finds. */
export const publishedNameCodes = {
  ISM638: {
    summary: "isthmus cannot write this zone",
    explanation:
      "A route has `dns: { via: isthmus }`, so that isthmus writes its records into `spec.dns.zone`. It does so by RFC 2136 with a TSIG key (`rfc2136`) or through OpenStack Designate (`designate`), and needs the settings of the one or the other. Names of other providers are for external-dns.",
  },
  ISM639: {
    summary: "A secret or CA file of the DNS provider cannot be read",
    explanation:
      "`spec.dns.provider` says where the key or password is by which the DNS provider knows isthmus: a file or an environment variable, never the secret itself. It is read before anything is sent. A TSIG key may be the base64 text alone or the whole file that tsig-keygen writes; then its name and algorithm have to be those of the mesh file. As a warning: other users of this machine can read the file.",
  },
  ISM640: {
    summary: "Addresses are not asked from inside a cluster",
    explanation:
      "`isthmus dns sync --watch` takes an address out of a name when at least two places get no answer from it: this machine, and a pod in the ingress namespace of each other cluster, which it makes and deletes. In this cluster it could not make one. Two places are needed, so that a place which has lost its own network takes nothing out.",
  },
  ISM641: {
    summary: "A load balancer has a host name and no address",
    explanation:
      "A name that leads to several clusters has the A and AAAA records of all of them, and DNS lets an alias (CNAME) stand beside no other record. isthmus looks the load balancer's host name up and publishes its addresses of that moment.",
  },
  ISM642: {
    summary: "A name's records were not written",
    explanation:
      "Everything else was done. The DNS server was away or refused, or the name belongs to somebody else; its records are what they were. The next `isthmus apply` or `isthmus dns sync` writes them, and nothing else depends on it.",
  },
  ISM644: {
    summary: "No route is published by isthmus",
    explanation:
      "`isthmus dns` is about names whose records isthmus writes itself: hosts of routes with `dns: { via: isthmus }`. Names with `via: externalDns` are written by the external-dns in the clusters.",
  },
} as const satisfies Record<string, CatalogueEntry>;
