import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM225-ISM229, ISM234-ISM238, ISM243-ISM248, ISM534-ISM536, ISM798, ISM799, ISM865 to ISM869, ISM872: what stands in a service's manifests. */
export const manifestCodes = {
  ISM225: {
    summary: "One object is made twice",
    explanation:
      "A cluster keeps one object of each kind, namespace and name. Two of that identity with different content come out of the mesh file, the manifests of its services and Istio's own manifests, so one would replace the other: a VirtualService in a service's folder that has the name of a route would take the route's weights away. The API version does not tell two objects apart, since each object is served in all versions of its group. Objects that are the same are applied once, and a Namespace is merged.",
  },
  ISM226: {
    summary: "A Namespace is given contradicting values",
    explanation:
      "A Namespace in a service's manifests is merged with the one that the mesh needs: labels, annotations and finalizers of both are applied. A field that both give, with different values, cannot be merged. `istio-injection: disabled` in the manifests, for instance, contradicts the mesh, which needs the sidecar of every workload; and `istio-injection` of any value contradicts `istio.io/rev`, which the mesh gives where a revision injects: it goes first, and then nobody injects.",
  },
  ISM798: {
    summary: "Pods are refused by the pod security standard",
    explanation:
      "With `spec.hardening.podSecurity` the namespaces of the mesh enforce one of Kubernetes' pod security standards. A Deployment whose pods do not fit is stored without a word, since only pods are looked at, and none of them comes. What `baseline` and `restricted` ask for is at https://kubernetes.io/docs/concepts/security/pod-security-standards/; SELinux, AppArmor, /proc, hosts in probes and Windows are not looked at here. Clusters can exempt namespaces and users, which only their administrators see.",
  },
  ISM227: {
    summary: "A manifest is not read as it is written",
    explanation:
      "Manifests are read as kubectl reads them: YAML 1.1 with octal numbers, yes and no, merge keys and exact integers up to 64 bits. What cannot be an object for it is refused. What it would drop or change without a word is refused too: the first of two equal keys in a mapping, documents after a line of three dots, `y:` as a key, which becomes `true:`, and a merge key that replaces what stands above it. Lines of Secrets are shown with asterisks in place of their values.",
  },
  ISM228: {
    summary: "A Helm template is not rendered",
    explanation:
      "A file of a service's manifests holds actions of a Helm chart, such as `{{ .Values.image }}`. Charts are templates and no objects: only helm puts the values in. Give what `helm template` prints as manifests.",
  },
  ISM229: {
    summary: "The manifests and the mesh file disagree about a Service",
    explanation:
      "A service in the mesh file is the Service of that name, in that namespace, at that port. The manifests that the mesh file names for it have none, one in another namespace, one without the port or with a port that is not TCP, or one that has no address of its own (headless, ExternalName). Routes lead to the Service, so they would lead nowhere. A headless Service is refused where clusters of several networks are to use it: its name leads to pods, and pods of another network cannot be reached.",
  },
  ISM234: {
    summary: "A Service does not reach its pods",
    explanation:
      "A Service gives traffic to the pods that have all labels of its selector, at its target port. In the manifests the pods of a version lack such a label, or no container has the port that the Service names, or the Service has no selector at all. The API server takes that, and the Service stays without endpoints.",
  },
  ISM235: {
    summary: "The manifests route what the mesh file routes",
    explanation:
      "The manifests of a service hold a VirtualService or a DestinationRule of their own for the service or for a route's host. Istio merges several of them for one host by rules of age and order, so that the weights of the mesh file do not count for a part of the requests. An HTTPRoute or GRPCRoute for the service itself goes before all of them between sidecars, and what it does not take gets 404.",
  },
  ISM589: {
    summary: "A route is not for what its port carries",
    explanation:
      "Sidecars decide by the name of a Service's port, or by its `appProtocol`, whether they read requests or pass on connections. A route for callers inside the mesh (`gateway: mesh`) holds for one of the two: at a port that is `tcp`, `mysql` or `https` nobody reads routes of requests, and at one that is `http` nobody reads those of connections. Nothing refuses the VirtualService; it has no effect, and its weights neither.",
  },
  ISM236: {
    summary: "Nobody can say which version a workload is",
    explanation:
      "A version is what its labels select among the pods: that is what Istio's subsets do. So the labels in a workload's pod template decide which version it is and in which clusters it runs, whatever labels the workload itself has. Pods of the service without a version's labels would run everywhere and get no share of a route; pods with the labels of two versions would get the share of both.",
  },
  ISM237: {
    summary: "A version has no pods in the manifests",
    explanation:
      "The mesh file has a version of a service, and no workload in the service's manifests has its labels in its pod template, or such a workload is written with `replicas: 0`. If something else makes these pods, nothing is wrong. Otherwise a request that a route gives to the version fails with 503.",
  },
  ISM238: {
    summary: "A quantity that cannot be meant",
    explanation:
      "Kubernetes' quantities are numbers with a suffix, and m is a thousandth: `memory: 100m` is a tenth of a byte, where 100Mi is mostly meant. A request above its limit, and what is no quantity at all, is refused by API servers.",
  },
  ISM534: {
    summary: "A value has to be a text",
    explanation:
      "Labels, annotations, selectors, the data of a ConfigMap and the values of a container's environment are texts. YAML reads `true`, `8080` or `1.20` without quotes as a truth value or a number, and API servers refuse the object. Quotes make a text of it.",
  },
  ISM614: {
    summary: "A value has to be a number or a truth value",
    explanation:
      'Ports, numbers of pods, seconds and modes are numbers, and switches such as `runAsNonRoot` are truth values. In quotes, or with a placeholder of a template in it, such a value is a text, and API servers refuse the object. A `targetPort` and the port of a probe may be a text: the name of a port, which has a letter, so that `"8080"` is none.',
  },
  ISM626: {
    summary: "An entry is listed twice",
    explanation:
      "API servers tell containers, volumes and variables apart by their names, mounts by their paths and ports by number and protocol. A list that has one of them twice is refused by a server-side apply, which is how isthmus applies. `kubectl create` takes a variable twice and the last one holds.",
  },
  ISM627: {
    summary: "A value of a Secret is no base64",
    explanation:
      "Values below `data` of a Secret are written in base64, those below `stringData` as they are. API servers refuse a Secret whose data cannot be decoded.",
  },
  ISM628: {
    summary: "A sidecar does not take the service's port",
    explanation:
      "The annotations `traffic.sidecar.istio.io/excludeInboundPorts` and `includeInboundPorts` of pods say which ports their sidecar takes. The rest goes straight to the application. Gateways and sidecars of callers know that the pod has a sidecar and send mTLS, which the application does not speak, so that requests get 503.",
  },
  ISM865: {
    summary: "A part of a folder of manifests is not read",
    explanation:
      "Of a folder the files *.yaml, *.yml and *.json in it are read, as kubectl apply -f does; what stands in its subfolders, or in files of other endings, is no part of the service. A kustomization in the folder says itself which files belong to it, also those of subfolders.",
  },
  ISM866: {
    summary: "A part of an object is empty, missing, or of another kind",
    explanation:
      "A workload is its `spec` with the template of its pods and their containers, a Service its `spec` with ports. `spec:` with nothing behind it is what a template without a value leaves, and a list that is a mapping or a text what a wrong indentation does. API servers refuse such an object, in the middle of an apply.",
  },
  ISM867: {
    summary: "Kubernetes serves an object's API no more",
    explanation:
      "Kubernetes takes old versions of its APIs away some releases after a newer one is there: Ingress of `extensions/v1beta1` with 1.22, CronJob of `batch/v1beta1` with 1.25. A cluster of that release answers that there is no such kind. Objects of the new version may have other fields.",
  },
  ISM868: {
    summary: "A field is written and has no value",
    explanation:
      "`replicas:` with nothing behind it is what a template without a value leaves. In a server-side apply that is not a field that is left out: it belongs to the applier and is empty. So the number that an autoscaler has set is a conflict, and is gone when conflicts are forced. Behind a label or an annotation nothing is the empty text. Measured with Kubernetes 1.36 (findings/kubernetes-apply-of-nothing-is-not-nothing.sh).",
  },
  ISM869: {
    summary: "A name or the value of a label has characters that are refused",
    explanation:
      "Names of most objects are small letters, digits, `-` and `.`, as in names of DNS; those of Services and Namespaces have no dot and 63 characters at most. Values of labels may have large letters and `_` too, and no `+` as versions of builds have it. API servers refuse anything else, in the middle of an apply.",
  },
  ISM872: {
    summary: "A probe or a port of a container is none",
    explanation:
      "A probe asks in one way, by a port that the container has, and one success is enough for it to be alive or started. Names of ports have 15 characters at most and are different from each other. API servers refuse a pod with anything else, where it is made by a Deployment too. What they take is a probe of a port by a name that the container does not have: it never passes, and the pod is never ready. Measured with Kubernetes 1.36.",
  },
  ISM535: {
    summary: "Pods of a service get no sidecar",
    explanation:
      'A pod without a sidecar takes no mTLS, so that no other cluster reaches it, and its own requests do not go through the mesh. Istio injects none into pods with `hostNetwork: true`, into pods that refuse it (`sidecar.istio.io/inject: "false"`), and into anything in kube-system, kube-public, kube-node-lease and local-path-storage.',
  },
  ISM536: {
    summary: "A workload does not select its own pods",
    explanation:
      "The selector of a Deployment, StatefulSet, DaemonSet or ReplicaSet has to fit the labels of its pod template. API servers refuse the object otherwise.",
  },
  ISM550: {
    summary: "A manifest is marked as another mesh's",
    explanation:
      "The label `isthmus.dev/mesh` says to which mesh an object belongs, and isthmus writes it itself. A manifest that carries it with another mesh's name was mostly written down from a cluster of that mesh (`kubectl get -o yaml`). In this mesh the object gets this mesh's name; where the same object is still in the other mesh, an apply refuses to take it over.",
  },
  ISM562: {
    summary: "A network policy means something else than it looks like",
    explanation:
      "An item of `ingress` or `egress` whose content is commented out is stored as an empty rule, which is for everybody at all ports. `egress: []` closes the way out only beside `policyTypes: [Egress]`. A policy without `podSelector` is for every pod of its namespace. A peer without content is refused.",
  },
  ISM560: {
    summary: "The pods' port is not known to network policies",
    explanation:
      "A network policy sees the port of the pods and never that of a Service. A Service whose targetPort is a name leaves the number to each pod: isthmus finds it in the pod templates of the service's manifests, and where none has a port of that name it opens the Service's own port. Where the pods listen elsewhere, the policy closes their service.",
  },
  ISM799: {
    summary: "A port of a Service is closed by the mesh's network policies",
    explanation:
      "With `spec.hardening.networkPolicies: strict` a service's pods are open at the port that the mesh file names, and at the sidecar's own for metrics. A further port of its Service worked as long as no policy selected the pods, and is closed from then on: to other services, to the gateways, to what scrapes it. A NetworkPolicy beside the workload opens it, since policies add up; it names the port of the pods, which may be another number than the Service's. One in the service's manifests is seen, and nothing is said then.",
  },
} as const satisfies Record<string, CatalogueEntry>;
