import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM638-ISM649, ISM684, ISM685: names that isthmus publishes itself, from the mesh file to what `check` finds. */
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
  ISM684: {
    summary: "A cluster lacks what a published name needs there",
    explanation:
      "A name leads to a cluster only when its requests are served there: the Gateway that opens the ingress for the host, the VirtualService that takes its requests, and with TLS the certificate's Secret in the gateway's namespace (but one that is proven by http01, which is issued only after the name leads there). An apply that failed half way leaves some of them out. The cluster's addresses are then left out of the name, or taken out of it, as long as another cluster serves it; where they cannot be read, everything stays as it is.",
  },
  ISM685: {
    summary: "Owner records of an external-dns may have been missed",
    explanation:
      "external-dns says in TXT records which names are its own, and its arguments say what these are called (`--txt-prefix`, `--txt-suffix`, `--txt-wildcard-replacement`). isthmus looks for them by the arguments of every external-dns that runs in the clusters, and by the defaults. Of a cluster that does not answer, or whose Deployments or arguments this account cannot read, they are not known. A name with addresses of no owner is refused all the same (ISM635); only `--adopt` would take them over, and does not while this is so.",
  },
  ISM644: {
    summary: "No route is published by isthmus",
    explanation:
      "`isthmus dns` is about names whose records isthmus writes itself: hosts of routes with `dns: { via: isthmus }`. Names with `via: externalDns` are written by the external-dns in the clusters.",
  },
} as const satisfies Record<string, CatalogueEntry>;

/** What `check` finds of published names. */
export const publishedNameCheckCodes = {
  ISM643: {
    summary: "A published name cannot be written",
    explanation:
      "isthmus publishes the name (`dns: { via: isthmus }`), and something is in the way: external-dns owns it, addresses are there that no owner record explains, it is an alias, or the zone's server does not answer or does not take the key. What the name has stays as it is until that is out of the way; also a dead cluster's address then leaves only as far as the server lets it.",
  },
  ISM645: {
    summary: "A name leads to a cluster that is not in the mesh",
    explanation:
      "Each cluster owns its addresses in a published name by a TXT record below `_isthmus`. The owner of some is a cluster that the mesh file no longer has; nobody keeps its addresses right or takes them out when it dies.",
  },
  ISM646: {
    summary: "A published name is not as its clusters are",
    explanation:
      "The addresses of ingress gateways have changed since the name was written, a cluster was drained or came back, or somebody changed the records. An apply or a sync writes the name anew; nothing does so by itself but `isthmus dns sync --watch`.",
  },
  ISM647: {
    summary: "Records are left of a name that no route has",
    explanation:
      "The inventories record which names isthmus has published. This one has records of ours, and the mesh file has it no more. They are taken away by `isthmus apply --prune` or `isthmus dns sync --prune`.",
  },
  ISM648: {
    summary: "A name leads to a gateway that does not run",
    explanation:
      "The name has addresses of a cluster whose ingress gateway has no address any more, or no ready pod. Resolvers hand them out all the same, and clients wait there before they try another address, if they do.",
  },
} as const satisfies Record<string, CatalogueEntry>;
