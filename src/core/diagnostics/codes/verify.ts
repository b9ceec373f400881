import type { CatalogueEntry } from "../catalogue-entry.ts";

export const verifyCodes = {
  ISM401: {
    summary: "Weights are not as asked",
    explanation:
      "The split that was measured at an ingress is not the one of the mesh file. The exact binomial test used here calls a true split wrong in at most one of a thousand runs. Mostly a route was applied to some clusters only, changed by hand, or the version of the other cluster cannot be reached.",
  },
  ISM402: {
    summary: "An ingress gateway does not have the right endpoints",
    explanation:
      "For a version that runs in another network, an ingress must know exactly that cluster's east-west gateway on port 15443. A pod address of another network there means that istiod knows no gateway for that network (label `topology.istio.io/network` missing on the namespace or the gateway's Service); nothing there means that the clusters are not joined or no pod is ready.",
  },
  ISM403: {
    summary: "Requests failed",
    explanation:
      "Requests to the ingress were answered by the mesh in place of the application (no healthy upstream, no route, denied by a policy, a time-out), or ended without an answer within five seconds. Whatever the application itself answers is an answer, 404 and 500 too, unless `verify.expect` of the route or --expect says which statuses are good. Where a version has no endpoint, its share of the requests fails. Where requests failed on their way, network policies are looked at: one that closes it (ISM448) is named as the cause, since a refused connection looks like a dead pod from the gateway.",
  },
  ISM404: {
    summary: "The ingress gateway has no address",
    explanation:
      "The ingress gateway's Service has no address from a load balancer, so no request can come from outside.",
  },
  ISM405: {
    summary: "A route is not measured",
    explanation:
      "Requests are made up from a route's match: its path, its headers, its host, such that no other route takes them. Where none is known (an expression of which no example is found, a path that another route takes as well, a route for callers inside the mesh with --no-probe-pod) only the endpoints of the route are proven. Where another route takes the first method of the route (GET without `methods`), one of GET, HEAD and OPTIONS that is left is asked with. `verify.path`, `verify.method` and `verify.headers` of the route, or --path, --method and --header, say what to ask for.",
  },
  ISM406: {
    summary: "Another route takes the requests of a route",
    explanation:
      "Requests that a route matches were answered, and its versions' endpoints gave fewer answers than there were: another VirtualService of the same host took the rest. Which of two VirtualServices with overlapping paths is first depends on their age. The gateway's access log names the service that answered.",
  },
  ISM407: {
    summary: "Something is not proven",
    explanation:
      "Nothing is known to be wrong, and it was not seen to be right either: others sent requests to the same versions while isthmus counted and the gateway writes no access log, the proxy's counters began anew each time, requests were tried again so that their versions are not known, all requests were of one person of a service with `sessions`, a gateway does not hold what is to be looked at, or the mesh file names no service. Exit code 3, or 0 with --allow-unproven.",
  },
  ISM408: {
    summary: "No request was asked of a service",
    explanation:
      "A service without routes cannot be reached from outside, and with --no-probe-pod nobody asks from inside: only its endpoints, as the ingress gateways have them, were compared with what the clusters run. Whether callers inside the mesh are answered is not proven by that. Exit code 3, or 0 with --allow-unproven.",
  },
  ISM409: {
    summary: "A Service does not have the port of the mesh file",
    explanation:
      "`port` of a service in the mesh file is the number of a port of its Kubernetes Service, which routes send requests to. Without that port no endpoint of the Service belongs to the route, whatever its pods listen at.",
  },
  ISM570: {
    summary: "Nothing was asked from inside the mesh",
    explanation:
      "Routes of `gateway: mesh` and services without routes are reached by callers inside the mesh only. `isthmus verify` makes a short-lived pod with a sidecar for them in each cluster and namespace. Where the API server refuses it (a right of the user, a quota, pod security), where pods of the namespace get no sidecar, where it does not become ready in time, or where the way to it breaks, nothing was seen, and the detail says why. Network policies that close what the pod needs are named before it, with the policy that admits it (ISM558). Exit code 3, or 0 with --allow-unproven.",
  },
  ISM571: {
    summary: "A probe pod was not deleted",
    explanation:
      "`isthmus verify` deletes the pods that it has made on every way out. One that could not be deleted (the cluster does not answer any more, the user may not delete pods) ends by its own deadline, does nothing meanwhile, and is deleted by the next `isthmus verify` or by `isthmus remove`.",
  },
  ISM572: {
    summary: "A service is not asked, since its port is not HTTP",
    explanation:
      "Requests are HTTP in clear. Where the name or the appProtocol of the Service's port tells Istio something else (tcp, tls, https, mongo, mysql, redis, udp), proxies do not read HTTP there, HTTP routes do not apply, and only the endpoints are compared.",
  },
  ISM861: {
    summary: "The port of a route of connections is not what it says",
    explanation:
      "Istio takes the protocol of a Service's port from its name or appProtocol. Where that says HTTP, or says nothing, proxies look for requests: a connection of which nothing is known yet is not led on, and a route of connections (`protocol`) does not hold for it. At a port of TLS (tls-…, https-…) sidecars of callers go by the name in the handshake and pass routes of TCP over; ingress gateways pass TLS through to it all the same. A port that is called tcp-… is right for both.",
  },
  ISM573: {
    summary: "An authorization policy refuses the probe pod",
    explanation:
      "The probe pod is a caller of the service's own namespace with the service account `default`. Where an AuthorizationPolicy does not allow that caller, its answer says nothing about the route: callers that are allowed may be served as asked. --expect 403 proves that nobody inside is let in.",
  },
  ISM784: {
    summary: "The pod to ask from does not exist",
    explanation:
      "`isthmus verify --from NAMESPACE/POD` asks from a pod that runs already. No cluster that could be looked into has a pod of that name in that namespace; those that could not are named.",
  },
  ISM785: {
    summary: "Nothing can be asked from this pod",
    explanation:
      "`isthmus verify --from NAMESPACE/POD` shows what a caller inside the mesh gets, by requests that its own sidecar takes. A pod that does not run, one without a sidecar, and one whose proxy is a gateway show nothing of that. Where a pod of the same name in another cluster can ask, that one does, and the cluster of this one is not proven.",
  },
  ISM786: {
    summary: "A probe in a pod was not ended",
    explanation:
      "`isthmus verify --from NAMESPACE/POD` adds an ephemeral container to the pod and ends its program on every way out. Where the way to the pod broke, it goes on, does nothing, and ends by itself: it has a deadline of its own. Kubernetes keeps the entry of an ephemeral container until the pod is gone.",
  },
} as const satisfies Record<string, CatalogueEntry>;
