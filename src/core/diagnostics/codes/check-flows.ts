import type { CatalogueEntry } from "../catalogue-entry.ts";

/** Codes of the checks that follow a request from the ingress to the pod. */
export const flowCodes = {
  ISM466: {
    summary: "A proxy refuses its configuration",
    explanation:
      "A proxy takes or refuses each kind of configuration as a whole: one route with a regular expression that it cannot read, and no change of any route reaches that gateway any more. The API server stores the object all the same, and istiod goes on sending it. `istioctl proxy-status -o json` shows the refusal as `ERROR`; its table does not.",
  },
  ISM467: {
    summary: "A proxy has not taken its newest configuration",
    explanation:
      "istiod sends each proxy what changes, and the proxy acknowledges it within milliseconds. One that does not for seconds hangs, has too little CPU, or its connection is dead.",
  },
  ISM468: {
    summary: "A proxy is not connected to istiod",
    explanation:
      "Every gateway and sidecar holds one connection to an istiod of its cluster, at port 15012. A ready pod that none of them knows of goes on with what it was told last: pods that ended stay in its tables, and new ones are missing.",
  },
  ISM469: {
    summary: "istiod does not validate routing objects",
    explanation:
      "ValidatingWebhookConfiguration istiod-default-validator has the API server ask istiod before it stores a routing object. `istioctl manifest generate` leaves it out, and the one that it writes sees objects with the label istio.io/rev only. Without it an invalid route is stored, and the proxies that get it refuse all of their routes.",
  },
  ISM470: {
    summary: "A gateway's proxy does not answer",
    explanation:
      "What a proxy listens at, which routes it has and which endpoints, only its own admin page says. It is asked through a port-forward to port 15000 of its pod, and gave no answer.",
  },
  ISM471: {
    summary: "mTLS is switched off where requests need it",
    explanation:
      "East-west gateways pass mTLS through and choose by the name in its handshake, so that both ends of a request between networks have to speak it. A PeerAuthentication with DISABLE, for a namespace, the mesh, some pods or one port, takes the endpoints of other clusters from the proxies of its cluster, and lets its pods refuse those of other clusters. A DestinationRule with TLS mode DISABLE does the first.",
  },
  ISM472: {
    summary: "An authorization policy refuses the requests of a route",
    explanation:
      "A DENY policy that matches wins. Where policies that ALLOW select a pod, whatever none of them allows is refused; one without rules allows nothing. Requests come to a pod with the identity of the ingress gateway, at the pod's own port, and to the ingress gateway with none. Whether they carry a JSON web token is known where the mesh file's `verify.headers` have `authorization`.",
  },
  ISM473: {
    summary: "A pod security standard refuses sidecars",
    explanation:
      "Without istio-cni every sidecar begins with the init container istio-init, which asks for NET_ADMIN and NET_RAW. A namespace that enforces `baseline` or `restricted` refuses such pods. The Deployment is accepted without a warning, since the API server looks at its template before the injector has changed it; pods that run already go on, and no new one comes.",
  },
  ISM797: {
    summary: "istio-cni is not on every node",
    explanation:
      "Under the pod security standards `baseline` and `restricted` no pod may redirect its own connections, so istio-cni does it on the node as each pod starts. Where its agent is not, the init container istio-validation finds no redirection and ends with an error, again and again; pods that run already go on.",
  },
  ISM474: {
    summary: "A gateway's Service leads to no pod of it",
    explanation:
      "The Service of a gateway has the address, and passes connections on to the pods that its selector takes. With another selector, or labels that were taken from the pods, both are there and ready, and every connection is refused.",
  },
  ISM475: {
    summary: "An ingress proxy does not have a route as the mesh file asks",
    explanation:
      "For each route a request is followed through what the ingress proxies hold: the listener at the port, the virtual host, the first route that matches, and the shares of its versions, or the status, host and path of its redirect. What the API server stores and what a proxy does differ while the proxy refuses or lacks its configuration, when another VirtualService takes the same requests first, and when the Gateway of the route is missing.",
  },
  ISM863: {
    summary: "An ingress proxy does not lead TLS connections on as asked",
    explanation:
      "A route with `protocol: tls` is known by the name in the TLS handshake. For each of its names the listener of the ingress proxies at port 443 is followed as Envoy does it: the filter chain with the closest name, and the shares of the versions behind it. Without one of that name connections are reset; where a chain has a certificate, the gateway ends the TLS itself, and a client sees that certificate in place of the application's. A Gateway or VirtualService of somebody else's for the same name does both.",
  },
  ISM476: {
    summary: "An ingress proxy lacks endpoints",
    explanation:
      "The endpoints of each version in the ingress proxies are compared with the ready pods of the cluster itself and the east-west gateways of the others that run the version. With none a request ends in 503 `no healthy upstream`; with some missing a cluster gets nothing of its share.",
  },
  ISM477: {
    summary: "An east-west gateway does not lead to a version",
    explanation:
      "Other networks name service, port and version in the TLS handshake (`outbound_.5000_.v1_.web.shop.svc.cluster.local`). The east-west proxy has a filter chain for each that its own cluster's DestinationRules have, and resets connections for others.",
  },
  ISM478: {
    summary: "A service has another DestinationRule",
    explanation:
      "Istio merges DestinationRules of one host: subsets are put together, of two with one name that of the older rule counts, and the traffic policy of the first rule that has one is for all. isthmus writes one rule for each service.",
  },
  ISM479: {
    summary: "A service's port has another name in one cluster",
    explanation:
      "istiod joins the ports of a service in several clusters by name, and takes the protocol from it. Where one cluster calls port 5000 `http` and another `tcp-http`, the proxies of each lose the endpoints of the other.",
  },
  ISM490: {
    summary: "istiod signs with another certificate than cacerts has",
    explanation:
      "istiod takes a changed intermediate up within some 90 seconds where root-cert.pem stays the same to the byte. With other roots, and with the same ones written otherwise, it goes on with the old one until it starts again and says so in one line of its log, so that what the cluster has and what it signs with differ silently.",
  },
  ISM491: {
    summary: "istiod still has the gateway of a cluster that left",
    explanation:
      "When a remote secret is deleted istiod forgets the cluster's endpoints, and keeps the gateway of its network until another gateway changes or it starts again.",
  },
  ISM492: {
    summary: "Two clusters of the mesh are the same",
    explanation:
      "Two contexts of the mesh file lead to one API server. Every pod counts twice, and the objects of one cluster overwrite those of the other.",
  },
  ISM493: {
    summary: "A cluster's DNS has no endpoint",
    explanation:
      "The Service of the cluster's DNS (label k8s-app: kube-dns) has no ready pod. Clients find services by name, and proxies istiod.",
  },
  ISM494: {
    summary: "A certificate does not fit its routes",
    explanation:
      "The certificate in a route's Secret has to be for the route's hosts, by its subject alternative names, and the key in the Secret has to be its own. Clients refuse one for another host; an ingress does not take one whose key is another.",
  },
  ISM563: {
    summary: "An older Gateway keeps a port of the ingress",
    explanation:
      "The Gateways of all namespaces whose selectors fit share the ports of an ingress gateway. istiod goes through them from the oldest on and leaves out every server that does not go with those before it: at a port with a server in plain text only HTTP in plain text does, and at one with TLS no host twice. Every API says yes; one line of istiod's log (`skipping server on gateway`) says so.",
  },
  ISM567: {
    summary: "A pod is labelled with another network",
    explanation:
      "istiod files a pod under the network of its label topology.istio.io/network, whatever the namespace and the cluster say. Under the name of another network its address is not used by proxies of its own cluster, the east-west gateway's among them: they look for a gateway of that network. Where there is none, the pod gets no request, and no other cluster reaches it.",
  },
  ISM568: {
    summary: "A pod of somebody else stands for a gateway",
    explanation:
      "The Service of a gateway and Gateway objects find their pods by labels in istio-system. A pod that carries them and runs something else gets its share of the gateway's connections, and refuses them or answers something else.",
  },
  ISM527: {
    summary: "An ingress proxy lacks a certificate",
    explanation:
      "A listener names the Secret of its certificate, and istiod sends the certificate when the Secret is there, is of a form that it reads and belongs to a namespace that the gateway may use. Envoy waits 15 seconds for it (the listener is warming, and changes of all hosts at its port have no effect so long), then takes the listener into effect without it and resets every TLS connection that needs it. The Gateway is accepted, its routes are taken and every API says yes meanwhile.",
  },
  ISM528: {
    summary: "A listener of an ingress proxy is held back",
    explanation:
      "Envoy takes a new version of a listener into effect when everything that it names has arrived: certificates, routes, the configuration of filters. Until then it is warming: connections go by the older version, and where there is none nothing listens.",
  },
  ISM537: {
    summary: "An ingress has endpoints that are no pods",
    explanation:
      "Proxies send a share of a version's requests to an address that none of the mesh's clusters has as a pod. Istio takes endpoints out of WorkloadEntries and ServiceEntries too: one whose labels a Service selects, or whose host is the service's, stands beside the pods. Where it does not answer, its share of the requests fails.",
  },
  ISM538: {
    summary: "An object of the mesh is hidden from its gateways",
    explanation:
      "A Service, DestinationRule or VirtualService that is exported to some namespaces does not exist for proxies of others. The gateways are in istio-system, so that a route to such a service answers 404 or 503, and no other network reaches it. Where somebody has added the field to an object of isthmus', an apply leaves it: it belongs to whoever wrote it.",
  },
  ISM539: {
    summary: "A sidecar does not take the port of its service",
    explanation:
      "A sidecar takes all ports of its pod, unless annotations lead some past it or a Sidecar object names those that it takes. Gateways send by mTLS to every pod that has a sidecar: what arrives at the application itself, or at a port of no listener, is reset or answered with 503.",
  },
  ISM543: {
    summary: "An ingress has no order of failover",
    explanation:
      "A service asks for failover, and an ingress proxy has the endpoints of its own cluster and those of another one at the same priority. Each gets its share of the requests all the time, and none takes over. istiod gives priorities only with outlier detection in the DestinationRule that counts for the host, and between regions only where the nodes are labelled with them.",
  },
  ISM622: {
    summary: "No connection to the gateway of another network comes about",
    explanation:
      "Proxies count the connections that they try for each endpoint, and the east-west gateway of another network is one. Where not a single one of several came about, TCP or TLS to it ends somewhere on the way: a firewall, a security group, a NAT, a missing route. Every API server says that all is well then, and requests hang for 10 s each, Istio's time to connect. A gateway that was reached before and no longer is shows by connections that fail while check looks, where no request is answered there meanwhile: under traffic, that is. Without any it cannot be told from a quiet one by these counts, and `isthmus verify` asks.",
  },
  ISM771: {
    summary: "Pods of a cluster in the same network are not reached",
    explanation:
      "Clusters that share a network (`sharedNetworks`) send requests straight to each other's pod addresses, without gateways. That takes pod addresses that no two of them have, and routes between them in both directions. Where both have a pod of one address, requests end in the wrong cluster; where not a single connection of several to the other's pods came about, a route or a firewall swallows them, and requests hang for 10 s each, Istio's time to connect. Pods that were reached before and no longer are cannot be told from quiet ones by these counts.",
  },
  ISM591: {
    summary: "A cluster's controller manager does not work",
    explanation:
      "kube-controller-manager takes the endpoints of pods that are gone away, sees each change of a Deployment, and renews its Lease every two seconds. Nothing else does these, and the API server answers as ever without it. Where one of the first two stays undone for long this is an error; a Lease that nobody renews, while nothing is left undone yet, is a warning.",
  },
  ISM592: {
    summary: "A cluster's scheduler does not work",
    explanation:
      "kube-scheduler says of every pod on which node it is, or why on none (condition PodScheduled). Of a pod that has neither for long no scheduler has taken notice. A Lease that nobody renews, while no pod waits yet, is a warning.",
  },
  ISM593: {
    summary: "A webhook keeps Istio's objects from being written",
    explanation:
      "The API server asks a webhook before each write of the kinds that its configuration names, and refuses the write when nobody answers (failurePolicy Fail). A configuration that outlives its program does that to every apply, shift and drain, while requests go on by the routes that are there. Whether a webhook that answers would say no is told by a plan.",
  },
  ISM782: {
    summary: "New pods would get no sidecar",
    explanation:
      'check has the API server make one pod of each workload that speaks for its namespace, by a dry-run, and looks at what comes of it. A namespace that asks for injection, a webhook that is registered and an istiod that answers are not all: a mutating webhook or policy of somebody else can label pods with sidecar.istio.io/inject: "false", and selectors and conditions of Istio\'s own webhooks, or its configuration, can leave pods out. Pods that run have theirs until they are made anew.',
  },
  ISM783: {
    summary: "A webhook keeps Kubernetes' controllers from their work",
    explanation:
      "The API server asks a webhook also before Kubernetes itself writes, and refuses the write when nobody answers (failurePolicy Fail). A configuration that outlives its program and names all resources, or just these, stops what a mesh rests upon without a word anywhere but in logs of the control plane: without EndpointSlices proxies go on asking pods that are gone, and without Leases nodes count as lost and controllers lay down their work. What follows looks like a controller, a node or a storage that is broken.",
  },
  ISM594: {
    summary: "Pods ask another address than their cluster's DNS has",
    explanation:
      "A node's kubelet writes the addresses of its clusterDNS into the resolv.conf of every pod. When the Service of the cluster's DNS is deleted and made again without its cluster IP, it gets another one, and pods that run and pods that start ask where nobody is. The kubelet of one node is asked for its configuration, through the API server.",
  },
  ISM623: {
    summary: "istiod does not look at a namespace of the mesh",
    explanation:
      "meshConfig.discoverySelectors say by labels at which namespaces istiod looks, in its own cluster and in every other one that it reads. What is in others does not exist for its proxies: no Service, no endpoint, no route.",
  },
  ISM624: {
    summary: "istiod hides the mesh's objects from other namespaces",
    explanation:
      "meshConfig.defaultServiceExportTo, defaultVirtualServiceExportTo and defaultDestinationRuleExportTo say which namespaces get to know objects that do not say it themselves. Gateways are in istio-system, and callers in any namespace: what is told to its own namespace alone reaches neither.",
  },
  ISM625: {
    summary: "Clusters have different trust domains",
    explanation:
      "The identity of a workload begins with the trust domain of its istiod (spiffe://DOMAIN/ns/…). A proxy takes those of its own trust domain and of its aliases (meshConfig.trustDomainAliases) and closes connections to all others, although every certificate is signed by the same root.",
  },
  ISM595: {
    summary: "Pods of the mesh are refused",
    explanation:
      "A ReplicaSet asks the API server for pods and is told no: a webhook that has to be asked (failurePolicy Fail) does not answer or says no, a limit of the namespace does not allow what they ask for, or an account that they name is not there. The Deployment has the words in its condition ReplicaFailure. Controllers ask again after ever longer times, so that pods that are allowed again may still take minutes.",
  },
  ISM596: {
    summary: "Pods of the mesh find no node",
    explanation:
      "The scheduler says of each pod why no node takes it: nodes are cordoned (kubectl cordon) or tainted, have too little left of what the pod asks for, lack the labels that it wants, or a volume of it is bound to none.",
  },
  ISM597: {
    summary: "Pods of the mesh do not start",
    explanation:
      "A node has the pod and cannot start its containers: the image cannot be pulled (its name, its registry, its pull secret), or a Secret, ConfigMap or volume that it names is not there.",
  },
  ISM598: {
    summary: "A cluster's DNS does not find Services",
    explanation:
      "The pods of the cluster's DNS are ready, and do not answer as they have to: each of them is asked for kubernetes.default.svc.cluster.local, a name that every cluster has, at the port to which the Service of the DNS leads, by TCP through a port-forward. One of them is asked for the names of the mesh's services too, whose Services say which addresses they have; names of Services that have none are left out. What a NetworkPolicy closes is judged by the policies (ISM448), where pods ask by ISM594.",
  },
  ISM677: {
    summary: "istiod hands out the address of a gateway that has none any more",
    explanation:
      "istiod finds the gateway of a network by the addresses of a Service. It takes a new address at once, and keeps the last one when the Service has none left, until it is restarted (seen with Istio 1.31). Proxies go on connecting there.",
  },
  ISM724: {
    summary: "istiod lacks rights",
    explanation:
      "istiod lists and watches Istio's objects, Services, endpoints, pods, nodes and namespaces by its service account, and asks who a proxy is by a TokenReview. Without one of these rights an istiod that starts does not become ready, and one that runs goes on with what it knew until its watches end. Of an Istio that somebody else installs no apply compares the ClusterRole with anything, so that the API server is asked what the account may do (SubjectAccessReviews, which are kept nowhere). Where isthmus installs Istio, a role that is not as it was applied is drift (ISM454, ISM455).",
  },
  ISM758: {
    summary: "Writes of the mesh's objects are refused",
    explanation:
      "For each kind and namespace that an apply writes, one object is written as it is by a dry-run, and one pod of each namespace's workloads is made by a dry-run, as its ReplicaSet, StatefulSet or DaemonSet would make it, also where others have put them there: nothing changes, and policies and webhooks are asked as for any other write. What they refuse would stop the next apply, shift or drain, or the next pod; requests go on meanwhile. A freeze that somebody means is told as a warning, and so is a refused pod while no pod is missing: it was tried with the account of `isthmus check`, and Kubernetes' own controllers may be let in. What a namespace refuses whoever asks (a quota for what containers do not say, a LimitRange, a pod security standard, an account that is not there) is an error. What an account may not do, a quota that is used up and where nothing could be tried is no finding: the check names it as not seen.",
  },
  ISM759: {
    summary: "The API server does not reach istiod's webhook",
    explanation:
      "The API server asks istiod before each write of a routing object (port 443 of Service istiod, 15017 of its pods) and before each pod of a namespace with sidecars. Where a firewall stands between a cluster's control plane and its nodes, as with private clusters of hosting providers, proxies reach istiod and the API server does not: everything goes on until a pod has to be made again or a route is changed. A dry-run finds it before.",
  },
  ISM760: {
    summary: "A namespace of the mesh is being deleted",
    explanation:
      "Kubernetes deletes everything in a namespace before the namespace itself, and refuses new objects meanwhile. An object with a finalizer stays until whoever set it takes it away, and so does the namespace (phase Terminating). An apply can make everything again only when it is gone.",
  },
  ISM768: {
    summary: "An API server stores nothing",
    explanation:
      "Every API server renews a Lease of its own in kube-system each ten seconds, and kube-controller-manager and kube-scheduler theirs each two. Where the newest is old by the clock of whoever asks, they are watched for 25 seconds: where not one moves meanwhile, nothing is stored. An etcd whose space is used up refuses every write and answers every read until somebody makes room and disarms its alarm, so that the cluster looks well and stands still.",
  },
  ISM752: {
    summary: "Another Service takes the address of a gateway for its own",
    explanation:
      "A Service may name any address in spec.externalIPs, and several may have one of a load balancer. The nodes of its cluster then lead every connection to that address and port to its pods: those of pods that are on their way to a gateway of another network, and those that a load balancer brings to a node with the address they were meant for. The address answers from elsewhere, and health checks of the gateway's pods are good.",
  },
  ISM753: {
    summary: "An object of the mesh is being deleted",
    explanation:
      "Kubernetes marks an object that is deleted (metadata.deletionTimestamp) and takes it away when its last finalizer is gone. Until then it works and takes writes, so that an apply onto it looks fine, and all of it is gone whenever whoever works for the finalizer takes that away. Nothing takes a deletion back: the object has to go, and to be made again.",
  },
  ISM761: {
    summary: "What isthmus applied to a cluster is recorded nowhere",
    explanation:
      "A ConfigMap in kube-system lists the objects that isthmus has applied to a cluster, with what it left there. Without it an object that somebody deletes is one that was never applied, changes are nobody's, and `remove` and `--prune` know only what the mesh file asks for. Objects that carry the mesh's label are taken over by the next apply, which writes the list again. It is told only where field manager isthmus has applied one of them: what `isthmus export` wrote and somebody else applies has no such list.",
  },
  ISM762: {
    summary: "A node's kube-proxy does not follow",
    explanation:
      "kube-proxy writes the rules by which a node leads connections to a Service on to its pods. One that stands still leaves the rules of that moment: everything goes on until a gateway, istiod or the cluster's DNS gets a new pod, to which that node then sends nothing. The API server shows none of that, so that up to three nodes are asked for kube-proxy's own health (port 10256, through the API server). A node that answers nothing there, asked twice, and refuses the port beside it has one that hangs, where the same port of another node answers; where none does it is ISM763. Where both ports are silent a firewall is more likely, and nothing is said.",
  },
  ISM763: {
    summary: "A node's kube-proxy is not heard",
    explanation:
      "The health port of kube-proxy (10256) answers the API server nothing on any node that was asked, and the port beside it is refused at once. Two things look like that: a kube-proxy that stands still, by which the node sends to no new pod (ISM762), and a firewall between control plane and nodes that drops just this port, as rules do that were written after the ports of kubelets and NodePorts alone. Only the node itself tells them apart, so that this is a warning. With a second node that answers it is ISM762.",
  },
  ISM764: {
    summary: "A node's kubelet or container runtime stands still",
    explanation:
      "Where pods of istiod or of a gateway give no answer to a port-forward, their node is asked for the log of one: the kubelet asks its container runtime where the log is, and needs no program of the pod. A log that does not come either is the node's doing. A kubelet reports its node not ready when the runtime has been silent for half a minute; until then every API says that all is well, and pods that have to start, do not.",
  },
} as const satisfies Record<string, CatalogueEntry>;
