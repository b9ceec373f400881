import type { CatalogueEntry } from "../catalogue-entry.ts";

/**
 * ISM101-ISM199, the mesh file: 101-112 its YAML and shape, 113-120 single
 * values, 121-140 the rules between fields, 151-154 editing weights in the
 * file, 190 what this version cannot do.
 */
export const specCodes = {
  ISM101: {
    summary: "Not valid YAML",
    explanation:
      "The text cannot be read as YAML, so nothing is known about what it says. The place is where the reader noticed; the cause may be a line or two above: a bracket or quote that is not closed, a tab, or indentation that does not fit.",
  },
  ISM102: {
    summary: "Unknown field",
    explanation:
      "The mesh file has a fixed set of fields, and a field that is not one of them would be silently without effect. Mostly it is a typing error or stands one level too high or too low. `isthmus explain spec` lists the fields.",
  },
  ISM103: {
    summary: "Wrong type",
    explanation:
      "The field wants another kind of value: text, a number, true or false, a list, or a mapping of keys to values. YAML reads 1.30 as a number and drops the zero, and reads true as a boolean; quotes make text of anything.",
  },
  ISM104: {
    summary: "Duplicate network name",
    explanation:
      "Istio takes two clusters with one network name for clusters whose pods reach each other directly, and sends traffic to pod addresses without any gateway. When that is not so, every request to the other cluster fails. Clusters on a flat network are declared by naming it in `spec.sharedNetworks`.",
  },
  ISM105: {
    summary: "Missing field",
    explanation:
      "The field has no default, because none would be right for everybody. The message stands at the mapping where it belongs.",
  },
  ISM106: {
    summary: "The mesh file is empty",
    explanation: "The file has no content, or comments only. Start from examples/sandbox.yaml.",
  },
  ISM107: {
    summary: "More than one YAML document",
    explanation:
      "One file describes one mesh. The line `---` begins another document; what comes after it would be ignored. Two meshes are two files.",
  },
  ISM108: {
    summary: "Not a mapping",
    explanation:
      "A mesh file is a mapping with the keys apiVersion, kind, metadata and spec at its top, as Kubernetes objects are.",
  },
  ISM109: {
    summary: "Not a mesh file of this format",
    explanation:
      "The file says by its apiVersion and kind what it is: `isthmus.dev/v1alpha1` and `Mesh`. Something else was read, often a Kubernetes manifest, or a file for another version of this program.",
  },
  ISM110: {
    summary: "Duplicate key",
    explanation:
      "A mapping has the same key twice. YAML forbids it, and programs that accept it take the one or the other value, so that a change to the wrong one has no effect.",
  },
  ISM111: {
    summary: "An alias cannot be used",
    explanation:
      "A YAML alias (`*name`) stands for the value that an anchor (`&name`) marks further up. The anchor is missing, the value contains itself, or aliases of aliases expand to far too much.",
  },
  ISM112: {
    summary: "A YAML feature that mesh files do not have",
    explanation:
      "Values are plain data: text, numbers, true, false, lists and mappings with text as keys. Own tags (`!name`), collections as keys, infinite numbers, control characters and nesting of more than 100 levels are not.",
  },
  ISM113: {
    summary: "Not a valid name",
    explanation:
      "Names become names and labels of Kubernetes objects, which refuse everything else: most are DNS-1123 labels, that is at most 63 lower-case letters, digits and `-`, beginning and ending with a letter or digit. Label values may have capitals, `_` and `.` too.",
  },
  ISM114: {
    summary: "Not a duration",
    explanation:
      "Durations are written as in Go, a number and a unit, also several of them: `90s`, `10m`, `1h30m`. `d` for days is allowed too: `14d`.",
  },
  ISM115: {
    summary: "Not a quantity",
    explanation:
      "Quantities are written as in Kubernetes: a number with an optional suffix. CPU is in cores or thousandths (`2`, `200m`), memory in bytes with decimal or binary suffixes (`128Mi`, `1G`).",
  },
  ISM116: {
    summary: "Not one of the allowed values",
    explanation: "The field knows a few words only. `isthmus explain FIELD` lists them.",
  },
  ISM117: {
    summary: "Out of range",
    explanation: "The number, the duration or the length of the list is not within what the field allows.",
  },
  ISM118: {
    summary: "Not in the right form",
    explanation:
      "The text is not what the field holds: a URL, a host name, an address, a version, a path. `isthmus explain FIELD` tells the form.",
  },
  ISM119: {
    summary: "Not exactly one of several fields",
    explanation:
      "Some mappings give a choice, such as a token by `env` or by `file`. With none of the fields there is no answer, with two of them two.",
  },
  ISM120: {
    summary: "Listed twice",
    explanation:
      "A list names the same thing twice. Nothing would happen twice, so one of the entries was probably meant to be something else.",
  },
  ISM121: {
    summary: "Duplicate cluster name",
    explanation:
      "The name of a cluster is what istiod, the remote secrets and the certificates know it by. Two clusters of one name would overwrite each other's endpoints.",
  },
  ISM122: {
    summary: "Unknown shared network",
    explanation:
      "`spec.sharedNetworks` names networks of `spec.clusters`. One that no cluster is in declares nothing, and is mostly a typing error that leaves the real one undeclared.",
  },
  ISM123: {
    summary: "Not exactly one way to the cluster",
    explanation:
      "A cluster is reached either through a kubeconfig context (`context`, with `kubeconfig` naming the file where needed) or through Rancher (`rancherId`). Exactly one of the two must be given.",
  },
  ISM124: {
    summary: "Rancher is not configured",
    explanation:
      "Something in the file works through Rancher: a cluster by its `rancherId`, remote credentials as Rancher tokens, or Istio from Rancher's catalog. For that `spec.rancher` must say where Rancher is and which token to use.",
  },
  ISM125: {
    summary: "One cluster under two names",
    explanation:
      "Two entries of `spec.clusters` lead to the same kubeconfig context or Rancher id. A cluster has one istiod with one name and one network; a mesh of a cluster with itself cannot work.",
  },
  ISM126: {
    summary: "Unknown cluster",
    explanation: "A name is used that no entry of `spec.clusters` has.",
  },
  ISM127: {
    summary: "A version without a cluster",
    explanation:
      "A version that runs nowhere has no endpoints, and every request that a weight sends to it fails. Versions name the clusters that run them.",
  },
  ISM128: {
    summary: "Weights do not sum to 100",
    explanation:
      "The weights of a route are percentages of its requests, so they add up to 100. A version that is left out has the weight 0.",
  },
  ISM129: {
    summary: "Weight for an unknown version",
    explanation: "A route sends requests to the versions of its service. A weight for anything else has nowhere to go.",
  },
  ISM130: {
    summary: "Not a whole percentage",
    explanation: "A weight is a whole number from 0 to 100; Istio takes no fractions.",
  },
  ISM131: {
    summary: "Duplicate service",
    explanation:
      "Two entries of `spec.services` have the same name and namespace. They are one service for Kubernetes, and its destination rule can say only one thing.",
  },
  ISM132: {
    summary: "Duplicate route name",
    explanation:
      "The name of a route is the name of a VirtualService in the service's namespace, so it must be unique there, also between services. One of the two would overwrite the other.",
  },
  ISM133: {
    summary: "Unknown issuer",
    explanation: "A route's `tls.issuer` names an entry of `spec.issuers`, which has to exist.",
  },
  ISM134: {
    summary: "A certificate without an issuer",
    explanation:
      "`tls.certificate` asks for a certificate to be made, and `tls.issuer` says by whom. A certificate that is already in the Secret needs neither.",
  },
  ISM135: {
    summary: "Unknown region",
    explanation:
      "Regions are those of `spec.clusters[].region`. A route or a failover for another one would never apply.",
  },
  ISM136: {
    summary: "A value that the mesh file sets elsewhere",
    explanation:
      "Mesh ID, cluster name and network have to agree in five places of every cluster, or the clusters do not see each other's endpoints. They come from `metadata.name` and `spec.clusters[]`, so `spec.istio.values` must not set them once more for all clusters alike.",
  },
  ISM137: {
    summary: "This Istio has no in-cluster operator",
    explanation:
      "Istio removed its in-cluster operator in 1.24. From that version on `spec.istio.install` is istioctl, helm or rancher.",
  },
  ISM138: {
    summary: "Versions cannot be told apart",
    explanation:
      "The labels of a version select its pods. Two versions of a service with the same labels select the same pods, and weights between them mean nothing; a version whose labels are a part of another's has that one's pods too.",
  },
  ISM139: {
    summary: "Duplicate issuer",
    explanation:
      "Routes refer to issuers by name, and each becomes a ClusterIssuer of that name, so it must be unique.",
  },
  ISM140: {
    summary: "The route's hosts cannot be published",
    explanation:
      "`dns` asks for DNS records for the hosts of the route. The host `*` is no name that a record could have. Records that isthmus writes itself (`via: isthmus`) need `spec.dns` to say where, are of names in its zone, and are written by nobody else: external-dns publishes every host of a Gateway that it reads, so that routes of one Gateway, or for one host, have the same `via`.",
  },
  ISM141: {
    summary: "This Istio is too old",
    explanation:
      "isthmus knows the releases from Istio 1.12 on: what they serve, how they are installed and which Kubernetes they run on. `spec.istio.version` is older than that.",
  },
  ISM142: {
    summary: "Rancher's catalog does not have this Istio",
    explanation:
      "`install: rancher` installs the chart rancher-istio, which carried certain Istio releases only and is deprecated since Rancher 2.12 in favour of the SUSE Application Collection's Istio.",
  },
  ISM143: {
    summary: "No Rancher token for this cluster",
    explanation:
      "With `credentials: rancherToken` the other clusters read each cluster through Rancher's proxy, with a token that Rancher limits to the cluster's ID. A cluster that is reached by a kubeconfig context has no such ID in the mesh file.",
  },
  ISM151: {
    summary: "No such service",
    explanation: "The service whose weights are to change is not in the mesh file under this name and namespace.",
  },
  ISM152: {
    summary: "The service's name is not unique",
    explanation:
      "Several namespaces have a service of this name. Changing the weights of the wrong one would send traffic to the wrong place, so the namespace has to be given.",
  },
  ISM153: {
    summary: "Not clear which route",
    explanation:
      "Weights belong to a route. The service has none of the given name, or has several and none was named.",
  },
  ISM154: {
    summary: "The weights cannot be changed in place",
    explanation:
      "The file's weights are changed without touching anything else. Here they are written once and used in several places through a YAML alias or merge key, so that changing them would change the other places too.",
  },
  ISM461: {
    summary: "A proof would not ask the route",
    explanation:
      "`verify` of a route says how `isthmus verify` asks it. Its path and headers have to be such that the route takes the request, by its `match`; the request's host is one of the route's hosts. What is left out is made up from `match`.",
  },
  ISM526: {
    summary: "An address that no other cluster can use",
    explanation:
      "`endpoint` of a cluster is where the istiods of the other clusters find its API server: it is written into their remote secrets. A loopback address or the unspecified one leads them to themselves, and a link-local one leads nowhere beyond a link, wherever the clusters run. The address in a kubeconfig is another matter (ISM516): it is for this machine.",
  },
  ISM551: {
    summary: "A key that Istio's mesh configuration does not have",
    explanation:
      "`meshConfig` of `spec.istio.values` is the configuration of the whole mesh, its `defaultConfig` that of all proxies. istiod reads it with unknown fields allowed and tells of them at its debug level only, so that a misspelt key, or one at the wrong level, has no effect. It also reads `trust_domain` for `trustDomain`, and takes the second where both are there: Istio's charts always write it, as they do rootNamespace, defaultConfig, defaultProviders and enablePrometheusMerge, and the profile demo accessLogFile and extensionProviders. The keys are held against the fields of the release (istio.io/api, MeshConfig and ProxyConfig); for a release whose fields isthmus does not have it is a warning (ISM552).",
  },
  ISM190: {
    summary: "Not supported by this version",
    explanation:
      "The field is part of the mesh file's format and the value is valid, but this version of the program cannot carry it out yet. `validate` says so as a warning; commands that render or change something refuse, since doing only a part would look like success.",
  },
  ISM574: {
    summary: "A setting of an installation that somebody else makes",
    explanation:
      "With `spec.istio.install: existing` isthmus does not install Istio: profile, images, values and what istiod signs with are set in the tool that does. A field of the mesh file that says them would have no effect.",
  },
  ISM728: {
    summary: "Two clusters have one endpoint",
    explanation:
      "`endpoint` of a cluster goes into the remote secrets by which other clusters read it. With one address for two clusters istiods ask the same API server for both, which knows the token of one of them only. A proxy that tells clusters apart by the TLS server name is the exception.",
  },
  ISM725: {
    summary: "A value that helm would read otherwise",
    explanation:
      "Mesh files are YAML 1.2, as most tools read it today. Helm and kubectl read YAML 1.1, in which no, off and n are false, 0400 is the octal number 256, and 1_000 is 1000. Values of `spec.istio.values` are copied from one to the other, and to a chart's template the text no is as good as true. What is written in one of the ways that both read alike is told no more.",
  },
  ISM787: {
    summary: "Sessions without versions to choose from",
    explanation:
      "`sessions` of a service keeps all requests of a person with one version, where a route gives a share to each of several. Without a second version, or without a route, it has no effect.",
  },
} as const satisfies Record<string, CatalogueEntry>;
