import type { CatalogueEntry } from "../catalogue-entry.ts";
import { certificateCheckCodes } from "./certificates.ts";
import { besideCodes } from "./check-beside.ts";
import { callerCodes } from "./check-callers.ts";
import { flowCodes } from "./check-flows.ts";
import { serviceCheckCodes } from "./check-services.ts";
import { drainCheckCodes } from "./drain.ts";
import { publishedNameCheckCodes } from "./published-names.ts";

export const checkCodes = {
  ISM410: {
    summary: "Not a file of facts",
    explanation:
      "`isthmus check --facts-to FILE` writes what all clusters had as one JSON document, and `--facts-from FILE` judges it again, anywhere and without a cluster. The file could not be read or written, or is of a version that this program does not know.",
  },
  ISM411: {
    summary: "Nodes are not ready",
    explanation:
      "Pods run on ready nodes only. `kubectl describe node` says in its conditions what the kubelet lacks: network, disk, memory, or contact.",
  },
  ISM412: {
    summary: "istiod is of another version than the mesh file",
    explanation:
      "Control planes of one mesh are of one version, but for the time of an upgrade. Istio supports two neighbouring minor versions side by side.",
  },
  ISM413: {
    summary: "This Istio loses endpoints when credentials change",
    explanation:
      "Istio 1.30.0 to 1.30.3 forgets the endpoints of a cluster some seconds after that cluster's remote secret was written (istio#61043). A restart of istiod brings them back; later releases do not lose them.",
  },
  ISM414: {
    summary: "Clusters have different roots",
    explanation:
      "Workloads trust each other when their certificates lead to the same root. A root of the same name that was made a second time is another one: what counts is the key, and the fingerprint tells.",
  },
  ISM415: {
    summary: "The cacerts of a cluster are missing or broken",
    explanation:
      "The Secret istio-system/cacerts holds the intermediate by which istiod signs, its key, its chain and the root. Without it istiod signs with a root of its own making; with parts that do not fit, it does not start.",
  },
  ISM416: {
    summary: "istiod does not hand out the root of cacerts",
    explanation:
      "istiod writes the root that it signs under into ConfigMap istio-ca-root-cert of every namespace. Another root there than in Secret istio-system/cacerts means that istiod has not read the Secret since it was made.",
  },
  ISM417: {
    summary: "Proxies do not trust the root of a cluster",
    explanation:
      "A running proxy keeps the roots that it was given until istiod gives it others. When the root of a cluster is not among them, every connection there fails with CERTIFICATE_VERIFY_FAILED. A root is replaced in three steps: trust both everywhere, sign under the new one, take the old one out.",
  },
  ISM418: {
    summary: "The network label of istio-system is wrong",
    explanation:
      "Label topology.istio.io/network of namespace istio-system says in which network the cluster's pods are. It is the first of two places; the other is the east-west gateway's Service. A namespace that was made anew has lost it.",
  },
  ISM419: {
    summary: "The network label of the east-west gateway is wrong",
    explanation:
      "Label topology.istio.io/network of the gateway's Service tells the istiods of other clusters for which network it is the way in, and the gateway's pods carry the same network. Without it they know no gateway and hand out pod addresses.",
  },
  ISM420: {
    summary: "istiod is not ready",
    explanation:
      "Proxies go on with what they were last told while istiod is away. Nothing new reaches them, no new pod gets a sidecar, and certificates are not renewed.",
  },
  ISM421: {
    summary: "A workload has another cluster's name",
    explanation:
      "The cluster's name is in five places: istiod's CLUSTER_ID, the gateways' ISTIO_META_CLUSTER_ID, and the name, key and annotation of the remote secrets. They are one, or istiod refuses the proxies and does not find the cluster.",
  },
  ISM422: {
    summary: "A cluster is in another mesh",
    explanation: "The mesh ID in istiod's configuration is not the name of this mesh. A cluster is in one mesh only.",
  },
  ISM423: {
    summary: "The injection webhook is missing",
    explanation:
      "Sidecars, and the images of gateways, come from a MutatingWebhookConfiguration that sends new pods to istiod. Without it pods start without a proxy.",
  },
  ISM424: {
    summary: "A gateway is not ready",
    explanation:
      "The ingress gateway is the way into the mesh from outside, and the east-west gateway the way in from other networks. Without a ready pod of it nothing comes in there.",
  },
  ISM425: {
    summary: "A gateway has no address",
    explanation:
      "A gateway's Service gets an address from a load balancer, or has externalIPs. Without one nothing outside of the cluster reaches it, and the istiods of other clusters take its network for one without a gateway.",
  },
  ISM426: {
    summary: "The east-west gateway is not open for other networks",
    explanation:
      "One Gateway with AUTO_PASSTHROUGH for *.local opens port 15443, so that requests are passed on by the name that they carry. Another TLS mode would end mTLS half-way, and a second Gateway for the same port makes istiod drop one of them.",
  },
  ISM427: {
    summary: "The east-west proxy does not listen for other networks",
    explanation:
      "What a Gateway asks for is in effect when the proxy has a listener for it. istiod logs a NACK when the proxy refused what it was sent.",
  },
  ISM430: {
    summary: "A remote secret is missing",
    explanation:
      "A Secret with label istio/multiCluster=true in istio-system tells istiod how to read another cluster. Without it only the local cluster's pods are known.",
  },
  ISM431: {
    summary: "A remote secret does not name its cluster rightly",
    explanation:
      "istiod takes the cluster's name from the key in the Secret's data. A name that is not in the mesh, the cluster's own, or one that another Secret has too leads to endpoints that are missing or stand there twice.",
  },
  ISM432: {
    summary: "The credentials in a remote secret are refused",
    explanation:
      "A request with exactly the address, authority and token of the remote secret was answered with 401. The token has ended or was revoked, its service account was made anew, or the address is a proxy that does not take such tokens: Rancher's takes those of a cluster's service accounts from 2.9 on, with JWT Authentication switched on for the cluster.",
  },
  ISM433: {
    summary: "A remote secret has the wrong authority for its address",
    explanation:
      "The address in the remote secret serves a certificate that the authority in it did not sign. Mostly the secret carries the cluster's own authority and the address is that of a proxy in front of it.",
  },
  ISM434: {
    summary: "The credentials in a remote secret have too few rights",
    explanation:
      "The token signs in, and the API server does not let it read what istiod needs. Istio's reader account has its rights from ClusterRole istio-reader-clusterrole.",
  },
  ISM435: {
    summary: "A credential in a remote secret is about to end",
    explanation:
      "When the token ends, istiod goes on with what it knew and learns nothing new of that cluster. Rancher limits how long its tokens live.",
  },
  ISM436: {
    summary: "istiod is not synced with another cluster",
    explanation:
      "istiod says of each cluster that it reads whether it is synced. It is `timeout` when the cluster did not answer within 30 seconds, and not known when there is no remote secret that it could use.",
  },
  ISM437: {
    summary: "istiod does not say what it knows",
    explanation: "istiod's debug pages at port 15014 are asked through a port-forward, and the pod gave no answer.",
  },
  ISM438: {
    summary: "istiod does not know the gateway of another network",
    explanation:
      "istiod finds the gateways of another network by the labels and addresses of its east-west Service. Without one it hands out pod addresses of that network, which lead nowhere. For a Service whose address is a DNS name, istiod has to resolve it.",
  },
  ISM439: {
    summary: "istiod has not the endpoints that a cluster has",
    explanation:
      "The endpoints that an istiod pod has of a service are not the ready ones that the other cluster itself lists, though it may say that it is synced. Pods that start or end are seen within seconds; what stays is a watch that died, credentials that were replaced, or a release that loses endpoints.",
  },
  ISM440: {
    summary: "A service is not the same in every cluster",
    explanation:
      "A name resolves in a cluster that has a Service of that name; each cluster with clients needs one, with the same ports. Headless services do not work between networks, since their clients choose a pod's address by themselves.",
  },
  ISM441: {
    summary: "A version has no ready pod",
    explanation:
      "The mesh file says that the version runs in this cluster, and no ready pod of the service carries the version's labels.",
  },
  ISM442: {
    summary: "Pods have no sidecar",
    explanation:
      "A request from another network is mTLS up to the pod. A pod without a sidecar cannot take it. Sidecars are put in when a pod is made, in namespaces that ask for it.",
  },
  ISM444: {
    summary: "A DestinationRule lacks a version",
    explanation:
      "Routes choose versions as subsets of a DestinationRule, and each cluster goes by its own. An ingress answers 503 for a subset that it does not know, and an east-west gateway resets the connection.",
  },
  ISM445: {
    summary: "A route has not the weights of the mesh file",
    explanation:
      "istiods do not share configuration. Each ingress obeys the VirtualService, or with `api: gatewayAPI` the HTTPRoute, of its own cluster, so the same one has to be in every cluster.",
  },
  ISM446: {
    summary: "Nodes are not where the mesh file says",
    explanation:
      "Failover between regions goes by labels topology.kubernetes.io/region and /zone of the nodes. On premises nobody sets them.",
  },
  ISM447: {
    summary: "A quota has no room for a sidecar",
    explanation:
      "A sidecar adds requests of 100m CPU and 128 MiB and limits of 2 CPU and 1 GiB to its pod, by Istio's defaults. When the namespace's quota has less left, the next pod is refused, which shows in the ReplicaSet's events only.",
  },
  ISM448: {
    summary: "A network policy closes a port of the mesh",
    explanation:
      "As soon as one NetworkPolicy selects a pod, only what some policy admits comes in, or goes out where it names egress. The mesh needs the API server's calls to istiod at 15017, proxies' connections to istiod at 15012, look-ups of names, requests from outside to the ingress gateway and from other networks to the east-west gateway at 15443, those of both gateways to the pods of services at the pod's own port, and istiod's connections to the API servers of its own and of other clusters. Whatever else the same policies close of what services and monitoring may need (ISM558) is named with it. Policies are judged as Kubernetes defines them; whether the cluster's network enforces them is not known.",
  },
  ISM558: {
    summary: "A network policy closes what services may need",
    explanation:
      "`isthmus check --strict` looks for it. Requests that come in from outside reach the services of the mesh. Closed is what not every mesh needs, and what is there to use it: requests from one service of the mesh to another or to other networks, Prometheus reading metrics at 15020 and 15014, health checks of load balancers at the gateways' port 15021, look-ups of names over TCP, which DNS takes where an answer does not fit into UDP, and what the pods need by which `isthmus verify` asks as a caller inside: istiod, names, the services that it asks for and the gateways of other networks. What is closed at both ends is told once, with what admits it at both. Only who runs the services knows whether that is wanted.",
  },
  ISM559: {
    summary: "More is open than the mesh needs",
    explanation:
      "`isthmus check --strict` looks for pods of istio-system and of the services' namespaces that no NetworkPolicy selects, so that everything is open to them (those beside the mesh are named apart: isthmus writes no policies for them), and for rules of policies that isthmus has not written, or that the mesh file asks for no longer, which admit no connection of the mesh, all ports, or everybody where pods of the cluster are enough. What services need beside the mesh is not known, and may be among it.",
  },
  ISM449: {
    summary: "An authority's certificate is about to end",
    explanation:
      "When the root, a cluster's intermediate or an authority between them ends, no proxy trusts any other. It is warned of 60 days ahead, or in the last third of a lifetime of less than half a year; what has ended is said to have ended. An apply renews the intermediates that isthmus made when two thirds of their lifetime are over, where it has the root's key.",
  },
  ISM450: {
    summary: "An ingress lacks a certificate",
    explanation:
      "A route with TLS names a Secret in istio-system. Each cluster's ingress reads its own, so that it has to be in every cluster, and valid.",
  },
  ISM451: {
    summary: "HTTP challenges may come to a cluster that does not answer",
    explanation:
      "With HTTP-01 the authority fetches a token from the name. When the name has an address in each cluster, it asks any of them, and only the cluster that ordered the certificate has the token. isthmus' route of that path has the gateway that is asked try those of all clusters, so that it does not matter which one it is; one that is dead asks nobody. DNS-01 works from everywhere.",
  },
  ISM453: {
    summary: "A namespace has no root certificate of istiod",
    explanation:
      "istiod writes the root that proxies trust into ConfigMap istio-ca-root-cert of every namespace, and every pod with a proxy mounts it. When the API server refuses the write or is away, istiod tries six times within a quarter of a second and then leaves the namespace alone until it changes. An apply that waits for pods there writes the namespace again, so that istiod looks.",
  },
  ISM454: {
    summary: "An object is not as isthmus applied it",
    explanation:
      "Every object of the mesh is compared with what an apply would make of it, as `isthmus plan` does. Somebody else has written over this one since: its field managers say who, and when that one wrote last. Where the API server keeps no name (a field was taken away, or only the order of a list changed, which in Kubernetes 1.36 no field manager owns), it differs although the mesh file asks for the same as at the last apply.",
  },
  ISM455: {
    summary: "An object of the mesh is gone",
    explanation:
      "The mesh's inventory lists the object, so an apply has made it, and it is not in the cluster. The API server does not keep who deleted an object; its audit log does, where there is one.",
  },
  ISM456: {
    summary: "The mesh file asks for what was not applied yet",
    explanation:
      "The cluster has what the last apply made, and the mesh file (or a service's manifests, or a newer release of isthmus) asks for something else since. Nothing is broken by that; what is found wrong only because of it is told with it.",
  },
  ISM751: {
    summary: "An apply has not ended",
    explanation:
      "An apply that makes something new in a cluster says so in the mesh's inventory there before it writes anything else, and again when everything is there and proxies have taken it. One that changes what is there already leaves what was not changed yet as what the mesh file asks for (ISM456). Between the two it goes on, or it was interrupted (Ctrl-C, a machine that ended), or something stopped it. What is not there yet is no drift, and what is found wrong only because of it is told with it. Running the apply again ends it. Inventories of older releases of isthmus have no such mark.",
  },
  ISM556: {
    summary: "Somebody has added a field to an object of isthmus",
    explanation:
      "The API server keeps for every field which field manager has written it (metadata.managedFields). Fields that another one alone has written beside what isthmus applied are left by every apply: they belong to whoever wrote them. Of some it is known that requests fail by them, such as the addresses from which a load balancer lets clients in, a protocol at a port, or TLS settings of a DestinationRule: then it is an error. Of all others it is a warning. What Kubernetes fills in, what controllers write (addresses, replicas, authorities of webhooks, restarts) and labels and annotations that nobody goes by are left out.",
  },
  ISM520: {
    summary: "istiod does not take a remote secret's kubeconfig",
    explanation:
      "istiod uses the context that `current-context` names, and refuses a kubeconfig any user of which has a credential that is a command or a file (exec, tokenFile, client-certificate, client-key, auth providers but oidc): it would run or read it in its own pod. It says so once in its log and does not list the cluster.",
  },
  ISM521: {
    summary: "A remote secret leads to another cluster",
    explanation:
      "The address and credential in a remote secret work, and what answers is not the cluster whose name the secret carries: its namespace kube-system has another UID. istiod then has endpoints of one cluster under the name, network and gateway of another.",
  },
  ISM511: {
    summary: "An authority's certificate is not valid yet",
    explanation:
      "The root, a cluster's intermediate or an authority between them begins to be valid only later, or a clock is behind. An istiod that starts before then does not start with it, and proxies refuse what it signs.",
  },
  ...besideCodes,
  ...flowCodes,
  ...serviceCheckCodes,
  ...callerCodes,
  ...drainCheckCodes,
  ...publishedNameCheckCodes,
  ...certificateCheckCodes,
} as const satisfies Record<string, CatalogueEntry>;

export type CheckCode = keyof typeof checkCodes;
