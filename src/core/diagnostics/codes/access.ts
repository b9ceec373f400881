import type { CatalogueEntry } from "../catalogue-entry.ts";

export const accessCodes = {
  ISM251: {
    summary: "Unknown context",
    explanation:
      "The mesh file reaches each cluster through a kubeconfig context. The name was looked for in the file that `kubeconfig` beside `context` names; without that in `--kubeconfig`, else in the files of KUBECONFIG, else in ~/.kube/config, and last in the kubeconfigs of running sandboxes. `kubectl config get-contexts` lists the names.",
  },
  ISM252: {
    summary: "The kubeconfig cannot be read",
    explanation:
      "The file is missing, may not be read, or is not YAML. Files that KUBECONFIG lists may be missing, as with kubectl; a file that is named outright may not.",
  },
  ISM253: {
    summary: "The kubeconfig context is incomplete",
    explanation:
      "A context is a pair of names, one of a cluster entry and one of a user entry, and the cluster entry gives the API server's address. One of the three is missing. Contexts get into this state when entries are deleted by hand or when only a part of a kubeconfig is copied.",
  },
  ISM254: {
    summary: "A credential of the kubeconfig cannot be read",
    explanation:
      "The kubeconfig names a certificate, key or token file, or holds such data itself, and it is missing, unreadable, or not what it should be. Relative paths start at the folder of the kubeconfig that they stand in.",
  },
  ISM255: {
    summary: "Nothing listens at the cluster's address",
    explanation:
      "The machine at the API server's address answers, but refuses the connection: the API server is down, listens on another port, or a port-forward or sandbox that the address belongs to has ended.",
  },
  ISM256: {
    summary: "There is no way to the cluster's address",
    explanation:
      "The network says that the API server's address cannot be reached from this machine. Mostly a VPN is not connected, or the address is one of another network.",
  },
  ISM257: {
    summary: "The cluster's host name does not resolve",
    explanation:
      "DNS knows no address for the host in the cluster's `server`, or does not answer. Names of private zones often need a VPN and its resolver.",
  },
  ISM258: {
    summary: "The cluster does not answer in time",
    explanation:
      "No connection within 5 seconds, or no answer to a request within 30. A firewall that drops packets looks like this, and so does an API server that is overloaded or has lost its etcd.",
  },
  ISM259: {
    summary: "The cluster's certificate comes from another authority",
    explanation:
      "The connection works, but the certificate that is presented is not signed by the authority in the kubeconfig. Either the kubeconfig is older than the cluster's CA, or something between (Rancher, a load balancer, a TLS-inspecting proxy) presents its own certificate, and the kubeconfig must carry that one's authority. Nothing was sent to it. Turning verification off would hand the credentials to whoever answers.",
  },
  ISM260: {
    summary: "The cluster's certificate is not valid now",
    explanation:
      "The API server's certificate has expired or is not valid yet. Renew it on the cluster (`kubeadm certs renew`, `k3s certificate rotate`, Rancher's certificate rotation), or set this machine's clock.",
  },
  ISM261: {
    summary: "The cluster's certificate is for another name",
    explanation:
      "The certificate comes from the right authority, but does not name the host or address in `server`. Use an address that it names, set `tls-server-name` in the kubeconfig to a name that it has, or add the address to the API server's certificate.",
  },
  ISM262: {
    summary: "The client certificate is not valid now",
    explanation:
      "The certificate by which the kubeconfig's user signs in has expired or is not valid yet. It was looked at before any request, since API servers answer such a certificate with nothing but a broken handshake or a bare 401.",
  },
  ISM263: {
    summary: "The cluster refuses the credentials",
    explanation:
      "The API server answers 401, or refuses the client certificate in the handshake: the token has expired or was revoked, or it belongs to another cluster. Rancher's own tokens end after 30 days by default; through Rancher's proxy, tokens of service accounts work only from Rancher 2.9 on with JWT authentication turned on for the cluster.",
  },
  ISM264: {
    summary: "The credentials may not do this",
    explanation:
      "The API server knows the user and answers 403: RBAC does not allow the verb on the resource. The detail names both. `kubectl auth can-i --list` shows what the user may do; installing Istio needs cluster-admin, the rest less.",
  },
  ISM265: {
    summary: "The credential command is missing",
    explanation:
      "The kubeconfig's user gets its credentials from a command (`exec`), such as `rancher`, `aws` or `kubelogin`, which cannot be started here. The kubeconfig's own install hint, where it has one, is the fix.",
  },
  ISM266: {
    summary: "The credential command failed",
    explanation:
      "The command that hands out the kubeconfig's credentials ended with an error, printed something else, or did not end. It is run without a terminal, since several clusters may need it at once; a sign-in that asks questions has to happen before.",
  },
  ISM267: {
    summary: "The sign-in of the kubeconfig's user does not work",
    explanation:
      "The kubeconfig uses an `auth-provider`. Only `oidc` is still part of Kubernetes; its ID token could not be refreshed, or the entry is of a provider that was removed in Kubernetes 1.26.",
  },
  ISM268: {
    summary: "Another tool owns the object",
    explanation:
      "isthmus writes by server-side apply, which keeps track of who set which field. A field that it wants to set belongs to another field manager and has another value, or the object was changed or made by someone else at the same moment. Overwriting would start a fight between two tools, so that nothing was changed.",
  },
  ISM269: {
    summary: "The cluster refuses the object",
    explanation:
      "The API server or an admission webhook says that the object is not valid or not allowed. The detail carries its own words. Unknown fields are refused as well: requests are sent with strict validation, so that a typing error does not vanish.",
  },
  ISM270: {
    summary: "The cluster does not know the kind",
    explanation:
      "The API server does not serve this kind in this version: its CustomResourceDefinition is not installed, not established yet, or serves other versions.",
  },
  ISM271: {
    summary: "The cluster has too many requests",
    explanation:
      "The API server answered 429 until the patience of the request was used up. Its own priority and fairness rules, or something before it, hold this user back. Running the command again later is safe.",
  },
  ISM272: {
    summary: "The cluster fails inside",
    explanation:
      "The API server answered with a 5xx status until the patience of the request was used up. When the detail speaks of a webhook, the service behind that webhook does not answer: a webhook of an istiod that is gone refuses every change that it is asked about.",
  },
  ISM273: {
    summary: "Not ready in time",
    explanation:
      "What was applied is on the cluster, but did not become ready within the timeout. The detail gives the reason that Kubernetes has: an image that cannot be pulled, a pod that fits no node, a container that keeps crashing. Running the command again goes on waiting.",
  },
  ISM274: {
    summary: "Not gone in time",
    explanation:
      "A deleted object is still there after the timeout. Mostly a finalizer waits for a controller that no longer runs; the detail names it.",
  },
  ISM275: {
    summary: "The connection to the cluster broke",
    explanation:
      "The connection was made and then ended by the other side or by something between, also when tried again. Load balancers do so when the servers behind them are not healthy.",
  },
  ISM777: {
    summary: "The cluster took longer than --cluster-timeout",
    explanation:
      "With --cluster-timeout a cluster has that long for each look at it: when the command connects, when it compares objects, when it gathers facts. This one has not answered everything by then, and counts as one that does not answer. The others went on meanwhile. Only time counts in which this process had nothing else to do. Without the option a cluster may take as long as its answers do, 10 s for the first and 30 s for each other.",
  },
  ISM276: {
    summary: "There is no way through to the pod",
    explanation:
      "The API server is there, but the tunnel to the pod's port broke: the pod is not running, nothing listens at the port, or the API server cannot reach the node's kubelet (port 10250).",
  },
  ISM277: {
    summary: "A quota is used up",
    explanation:
      "A ResourceQuota of the namespace, or of the Rancher project that it belongs to, leaves no room for the object. Sidecars and gateways count with their own requests and limits.",
  },
  ISM278: {
    summary: "The namespace is being deleted",
    explanation:
      "Nothing can be made in a namespace that is going away. It goes once all of its objects are gone; its conditions name what is left.",
  },
  ISM279: {
    summary: "No Kubernetes API server answers there",
    explanation:
      "The address answers, but not as an API server does: a login page, a web server, TLS where plain HTTP was asked for or the other way round, or a path that is wrong. Rancher's addresses end in /k8s/clusters/<id>.",
  },
  ISM280: {
    summary: "The sandbox is not running",
    explanation:
      "The context belongs to a sandbox on this machine whose bridge is not there, after a reboot or because it was taken down. Nothing is sent to its addresses then, since a packet for them would take the machine's default route. `isthmus sandbox up` brings it back, with its data if they are still there.",
  },
  ISM294: {
    summary: "The proxy before the cluster does not let through",
    explanation:
      "Requests to this cluster go through a proxy: the `proxy-url` of the kubeconfig's cluster entry, or else HTTPS_PROXY (HTTP_PROXY for http), unless NO_PROXY names the host; kubectl reads the same. The proxy itself does not answer, wants other credentials, or does not reach the API server, about which nothing is known then.",
  },
  ISM512: {
    summary: "A value of the kubeconfig has the wrong type",
    explanation:
      "kubectl reads a kubeconfig as YAML 1.1 and then by type. An unquoted name, token or user such as 12, 1e3, 0x10, yes or off is a number or a truth value there, and kubectl refuses the whole file for it, also when the context that is asked for is another one. So does isthmus, since both must see the same file alike. The fields that end in `-data` hold a PEM file in base64, and what is no base64 is refused in the same way.",
  },
  ISM513: {
    summary: "The kubeconfig has two entries of one name",
    explanation:
      "Two clusters, users or contexts of one kubeconfig file have the same name. kubectl refuses such a file. Entries of one name in several files of KUBECONFIG are another matter: there the first file's counts.",
  },
  ISM514: {
    summary: "An entry of the kubeconfig is hidden by another file's",
    explanation:
      "Of several kubeconfig files, kubectl takes the first entry of each kind and name whole, and says nothing. Tools give the same names again and again (kubeadm: cluster kubernetes, user kubernetes-admin), so that the context of a later file leads to the cluster of an earlier one, or signs in there with another cluster's credential. A `kubeconfig` beside `context` in the mesh file looks into that one file only.",
  },
  ISM515: {
    summary: "Two clusters of the mesh file are one",
    explanation:
      "Two entries of `spec.clusters` lead to the same API server, by their addresses or because namespace kube-system has the same UID at both. Each would replace what the other puts there, every step would look done twice, and istiod would count the endpoints twice. Mostly a context was copied, or an entry of one kubeconfig hides another's.",
  },
  ISM516: {
    summary: "The cluster's address leads other clusters to themselves",
    explanation:
      "The kubeconfig reaches the API server at a loopback address: a tunnel, a port-forward, or a cluster on this machine. For this machine that is right. The istiods of the other clusters get the same address in their remote secrets, and for them it is themselves. `endpoint` in the mesh file is the address for the other clusters.",
  },
  ISM517: {
    summary: "The kubeconfig does not verify the cluster's certificate",
    explanation:
      "With insecure-skip-tls-verify a client takes any certificate and sends its credential to whoever answers. A kubeconfig with it names no authority, so that there is none for the remote secrets either; they get the cluster's own authority, and fit when that has signed what the API server presents. Nothing is left unverified in a remote secret.",
  },
  ISM518: {
    summary: "The cluster is reached through a proxy that istiod does not use",
    explanation:
      "The kubeconfig's cluster entry has a `proxy-url`. It is a way of this machine, or of its network; whether pods of other clusters have it is not known, and the remote secrets do not hold it.",
  },
  ISM569: {
    summary: "The definition is being deleted",
    explanation:
      "Nothing can be made of a kind whose CustomResourceDefinition is going away, as after an `isthmus remove` that has just ended: the API server deletes all objects of the kind first, and refuses new ones as forbidden meanwhile, whatever rights the user has (CustomResourceDefinition's finalizer customresourcecleanup.apiextensions.k8s.io).",
  },
  ISM757: {
    summary: "An admission policy refuses the object",
    explanation:
      "A ValidatingAdmissionPolicy, or a webhook of another program than Istio, says no to a write that Kubernetes and Istio themselves would take. The detail carries its own words. It may ask for something that the object lacks, such as a label, or keep everything as it is for a while. `isthmus check` asks by dry-runs before an apply does (ISM758).",
  },
} as const satisfies Record<string, CatalogueEntry>;
