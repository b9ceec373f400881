import type { CatalogueEntry } from "../catalogue-entry.ts";

/** Codes of checks about the external-dns and the cert-manager that clusters have beside the mesh. */
export const besideCodes = {
  ISM668: {
    summary: "external-dns notes an owner outside of the zone",
    explanation:
      "external-dns writes beside each name a TXT record that says who owns it, by default a-NAME. Of the zone's own name, example.org, that is a-example.org, which is no part of the zone. A DNS server that is written to by RFC 2136 answers NOTZONE and does nothing of the update, in which other names are too. A prefix with %{record_type} that ends in a dot makes it a.example.org.",
  },
  ISM669: {
    summary: "external-dns writes records with a TTL of 0",
    explanation:
      "The provider rfc2136 of external-dns writes names for which nobody names a TTL with 0, unless it has --rfc2136-min-ttl. Resolvers keep nothing then. `ttl` of spec.dns is written as an annotation at the Gateways, which external-dns obeys.",
  },
  ISM452: {
    summary: "external-dns has different owners",
    explanation:
      "external-dns writes beside each name who owns it. An instance with another owner, or one that looks for the record under another prefix, does not touch the name, so that only one cluster's address is published. One owner everywhere needs --policy=upsert-only beside it: with sync, instances of one owner delete each other's names (ISM522).",
  },
  ISM687: {
    summary: "Network policies close external-dns off from its DNS server",
    explanation:
      "Policies isolate external-dns' pods (often a default-deny of its namespace), and no rule lets through what it needs: the API server it reads, the cluster's DNS where a name has to be looked up, and where it writes: the server of `--rfc2136-host`, or for other providers port 443. Names are then not published, and only its log says so. The fix has a policy that admits what is closed and nothing else. Of an address that is not known, any rule with a block of addresses counts as one that lets it out; whether the cluster's network enforces policies is not known.",
  },
  ISM750: {
    summary: "Network policies close cert-manager off from what orders need",
    explanation:
      "Policies isolate the pods of cert-manager's controller (often a default-deny of its namespace), and no rule lets through what certificates of the mesh need: its API server; the cluster's DNS; the ACME server of an issuer; the DNS server that `rfc2136` writes to, or for other providers of dns01 port 443; the DNS servers that it looks names up at (`--dns01-recursive-nameservers`), and unless `waitInsteadOfSelfCheck` is set those of the zone; for http01 port 80 of an ingress gateway, which its own check asks. Certificates then wait without a word, and are not renewed. The fix has a policy that admits what is closed and nothing else. Of a webhook for a DNS provider the same is judged of its pods: their API server, the cluster's DNS, and whether policies let them out of the cluster at all, since only their settings say where the provider is. Of an address that is not known, any rule with a block of addresses counts as one that lets it out; whether the cluster's network enforces policies is not known.",
  },
  ISM522: {
    summary: "external-dns deletes the names of other clusters",
    explanation:
      "With --policy=sync (what versions before 0.22 do without a policy) external-dns deletes every name of its owner that its own cluster does not want. Instances of several clusters with one owner take the names that only one of them has from each other, at every sync. With --policy=upsert-only nobody deletes.",
  },
  ISM523: {
    summary: "external-dns never changes a name",
    explanation:
      "With --policy=create-only a name keeps the addresses that it was made with. A name of several clusters changes when one joins, leaves or gets another address.",
  },
  ISM524: {
    summary: "external-dns does not start without a policy",
    explanation:
      "From version 0.22 on external-dns has no policy by itself and ends with an error when it is given none.",
  },
  ISM776: {
    summary: "A webhook of cert-manager is not there, or not reached",
    explanation:
      "An issuer with `dns01: { webhook: … }` has cert-manager call an API of the group `groupName` through its API server. There is none of that group, or the API server says that its Service does not answer: no pods, or policies that do not let it in. Challenges then wait, and certificates are neither ordered nor renewed.",
  },
  ISM774: {
    summary: "external-dns looks for annotations under another prefix",
    explanation:
      "Which addresses a published name gets, its TTL, and which Gateways are to be passed over stands in annotations, which isthmus writes under external-dns.kubernetes.io/ and under external-dns.alpha.kubernetes.io/, the prefix before 0.22. With `--annotation-prefix` external-dns looks under that one alone, takes the Gateways for some without annotations, and publishes the address of its own cluster's gateway, without a word. `--enable-legacy-annotation-prefix` has it read the older prefix beside its own.",
  },
  ISM775: {
    summary: "No external-dns reads Istio's Gateways",
    explanation:
      "Routes have their names published by external-dns, and those that were found have other sources only. Without `--source=istio-gateway` (or `istio-virtualservice`) external-dns knows of no Gateway, and the names get no record.",
  },
  ISM525: {
    summary: "The flags of an external-dns are not known",
    explanation:
      "external-dns takes its flags from its command line, as --flag=value or --flag value, or from variables EXTERNAL_DNS_FLAG of its environment. Those in arguments, in the environment and in ConfigMaps are read; Secrets, files and shells are not looked into, and then nothing is said of owner and policy.",
  },
  ISM765: {
    summary: "A pod with a sidecar is not labelled as one that takes mTLS",
    explanation:
      "The injector labels every pod with security.istio.io/tlsMode=istio, and istiod goes by the label: without it, or with another value in the template of the pods, other proxies send plain text to the pod, and it is left out of what the east-west gateway hands on. Its own cluster still reaches it as long as it takes plain text, and no other network does.",
  },
  ISM766: {
    summary: "A Sidecar object hands requests to a port that no container declares",
    explanation:
      "With `ingress` a Sidecar object says where the proxies of its pods hand requests to (`defaultEndpoint`). A container may listen at a port that it does not declare; where none does, callers are answered with 503, while the pods are ready: the kubelet's probes do not go that way.",
  },
} as const satisfies Record<string, CatalogueEntry>;
