import type { CatalogueEntry } from "../catalogue-entry.ts";

export const planCodes = {
  ISM201: {
    summary: "The cluster belongs to another mesh",
    explanation:
      "One cluster serves one mesh: its istiod carries one mesh ID, its workloads one root. The cluster that the mesh file names already carries another mesh, made by this program or by somebody else's Istio. Nothing was changed. Either the context points at the wrong cluster, or the other mesh has to be removed first.",
  },
  ISM769: {
    summary: "A cluster does not have the Gateway API",
    explanation:
      "Routes with `api: gatewayAPI` are HTTPRoutes, and a cluster serves them only where the definitions of the Kubernetes Gateway API are installed. They belong to the whole cluster and other controllers use them too, so that isthmus neither installs nor removes them. istiod sees them by itself once they are there. The release that is named is the one that the mesh's Istio is built with (https://github.com/kubernetes-sigs/gateway-api/releases); a newer one of its standard channel does as well.",
  },
  ISM202: {
    summary: "The mesh file cannot be read",
    explanation: "The file given with -f (or ./mesh.yaml) is not there or may not be read.",
  },
  ISM203: {
    summary: "A service's manifests cannot be read",
    explanation:
      "`spec.services[].manifests` names a file or a folder, relative to the mesh file. It could not be read.",
  },
  ISM204: {
    summary: "Not a Kubernetes object",
    explanation:
      "A document in a service's manifests, or an item of a List there, has no apiVersion, kind or metadata.name, or one of its names, labels and annotations is a number or a truth value where Kubernetes takes texts: `version: 1.10` is the number 1.1.",
  },
  ISM205: {
    summary: "No istioctl of the mesh's version",
    explanation:
      "Istio's manifests are rendered by Istio's own istioctl, and each release renders its own. `ISTHMUS_ISTIOCTL`, the sandbox's engine and `PATH` are looked at, in this order, for one whose version equals `spec.istio.version`.",
  },
  ISM206: {
    summary: "istioctl refused to render",
    explanation:
      "istioctl did not accept the IstioOperator that the mesh file leads to, mostly because of `spec.istio.profile` or `spec.istio.values`.",
  },
  ISM207: {
    summary: "Nodes are in another locality than the mesh file says",
    explanation:
      "Istio takes region and zone from the labels of the nodes (topology.kubernetes.io/region and /zone); the mesh file says where a cluster is meant to be. Where they differ, locality rules would send traffic elsewhere than the file's reader expects.",
  },
  ISM208: {
    summary: "No usable helm",
    explanation:
      "With `install: helm`, Istio's charts are rendered by helm. `ISTHMUS_HELM`, the sandbox's engine and `PATH` are looked at, in this order, for one of version 3.16 or newer. helm only renders; what it makes is applied like everything else, so it keeps no releases in the clusters.",
  },
  ISM209: {
    summary: "Not the charts of the mesh's Istio",
    explanation:
      "Each release of Istio is installed by its own charts. A folder of charts was named or downloaded in which one of base, istiod, gateway and cni is missing, or has another `appVersion` than `spec.istio.version`.",
  },
  ISM210: {
    summary: "Istio's charts could not be downloaded",
    explanation:
      "With `install: helm` and no charts of the mesh's version on this machine, helm fetches them from Istio's public chart repository, once for each version, and they are kept in the cache folder. Without a way there, `ISTHMUS_ISTIO_CHARTS` names a folder that has them.",
  },
  ISM211: {
    summary: "A chart of Istio was not rendered",
    explanation:
      "helm or a chart did not accept the values that the mesh file leads to, mostly because of `spec.istio.profile` (the charts have others than istioctl) or `spec.istio.values` (the gateway chart refuses values that it does not know).",
  },
  ISM214: {
    summary: "This Istio does not run on the cluster's Kubernetes",
    explanation:
      "Each Istio release supports a range of Kubernetes versions, and old releases use API versions that newer Kubernetes no longer has. The combination of the mesh file's `spec.istio.version` and what the cluster runs cannot work.",
  },
  ISM215: {
    summary: "Istio does not support the cluster's Kubernetes",
    explanation:
      "Istio publishes for each release which Kubernetes versions it supports. The cluster's is outside of that range, though not so far that the installation is known to fail.",
  },
  ISM216: {
    summary: "Rancher does not let service accounts through",
    explanation:
      "Rancher's proxy takes Rancher's own tokens. Tokens of a cluster's service accounts pass through it only from Rancher 2.9 on, and only when JWT authentication is turned on for the cluster by exactly one enabled ClusterProxyConfig in the namespace of the cluster's ID.",
  },
  ISM217: {
    summary: "Rancher's Istio chart is deprecated",
    explanation:
      "The chart rancher-istio is deprecated since Rancher 2.12. It is a Job around istioctl; installing by istioctl or Istio's own charts gives the same objects with a newer Istio.",
  },
  ISM218: {
    summary: "This Istio is newer than isthmus knows",
    explanation:
      "What differs between Istio's releases is a table of this program. A release that came later is treated like the newest one there, which is right most of the time.",
  },
  ISM219: {
    summary: "external-dns has to watch Istio's Gateways",
    explanation:
      "Routes with `dns: { via: externalDns }` are published by the external-dns that runs in the clusters. The Gateways carry the addresses of all ingress gateways for it; it has to have the source istio-gateway, and the same owner everywhere, since an instance leaves names of another owner alone and all of them want the same addresses. With one owner the policy must be upsert-only: with sync (which was the default before 0.22; from then on `--policy` must be given) each instance deletes the names that only other clusters have. Nobody deletes with upsert-only: names that no cluster wants any more are yours to delete.",
  },
  ISM224: {
    summary: "A cluster removed from the mesh file is still part of the mesh",
    explanation:
      "Without `--prune` nothing is deleted, also not the remote secrets of a cluster that the mesh file no longer names. As long as an istiod has one it reads that cluster, hands out its endpoints, and keeps a credential of it. `isthmus apply --prune` deletes the secret in every other cluster and waits until istiod and the ingress gateways have let go; the cluster that leaves does not have to answer.",
  },
  ISM552: {
    summary: "A key that Istio's mesh configuration may not have",
    explanation:
      "`meshConfig` of `spec.istio.values` has a key that is no field of the release whose fields isthmus has. The mesh file asks for another release, which may have it. Where it has not, istiod passes over the key without a word (ISM551).",
  },
  ISM532: {
    summary: "The profile has no effect",
    explanation:
      "Istio's Helm charts know profiles from Istio 1.21 on. With `install: helm` and an older Istio `spec.istio.profile` chooses only between an installation with an ingress gateway (`default`) and one without (`minimal`); whatever else a profile would set is not set. Values under `spec.istio.values` are.",
  },
  ISM533: {
    summary: "Settings of the DNS provider have no effect",
    explanation:
      "`spec.dns.provider` names what serves the zone. Its settings are for records that isthmus writes itself: names with `dns: { via: isthmus }`, and proofs of certificates that it orders. external-dns gets its own settings as arguments where it is installed.",
  },
  ISM615: {
    summary: "An older Gateway would keep a new one from its port",
    explanation:
      "istiod puts all Gateways of the ingress gateway's pods together, the oldest first, and leaves out what does not go with what it has: beside a server in plain text only further ones of HTTP, and beside TLS no host twice. Nothing but a line of its log says so. A Gateway that an apply would make is the youngest, so that its routes would get no request and the apply would wait for them in vain. One that is left out already is found by check (ISM563).",
  },
  ISM696: {
    summary: "A file that the mesh file names is not as it should be",
    explanation:
      "Authorities (`caFile`), keys and tokens (`{ file: … }`) are in files of their own, whose paths start at the mesh file; `~/` is the home folder. So are the root of the mesh and its key (`spec.trust.root`), without `~/`. `validate` looks whether they are there, and whether authorities are certificates in PEM. Missing secrets, a missing root, and files elsewhere on the machine, are warnings, since `validate` may run where they are not needed. Every command that reads a file refuses with the reason where it cannot.",
  },
  ISM697: {
    summary: "Health checks that test nothing",
    explanation:
      "`spec.dns.healthChecks` says how `isthmus dns sync --watch` tests the addresses of names that isthmus publishes itself: hosts of routes with `dns: { via: isthmus }`. Without such a route there is no name to take an address out of.",
  },
  ISM698: {
    summary: "Health checks take longer than their interval",
    explanation:
      "A round of checks ends when all addresses have answered or the timeout has passed, and the next begins an interval after its start, or at once where it took longer. With a `timeout` above the `interval` rounds come as slowly as the timeout while an address is dead, and it leaves that much later.",
  },
} as const satisfies Record<string, CatalogueEntry>;
