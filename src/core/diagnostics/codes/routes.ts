import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM144-ISM150, ISM155-ISM189, ISM545-ISM549, ISM586-ISM589, ISM619, ISM620, ISM794 to ISM796 and ISM860: routes of the mesh file, what they share with each other, and Istio's values. */
export const routeCodes = {
  ISM144: {
    summary: "One host is served by HTTPS in two ways",
    explanation:
      "Envoy chooses a certificate by the host name of the TLS handshake, so one host has one Secret on port 443. istiod skips a whole server of a Gateway when an older one has one of its hosts (mergeGateways in pilot/pkg/model/gateway.go), also when both name the same Secret: all hosts of that server would have no HTTPS. Routes of one host name one gateway and one secretName.",
  },
  ISM145: {
    summary: "A certificate and its Secret are not said alike everywhere",
    explanation:
      "A Certificate of cert-manager fills one Secret and comes from one issuer, and a Secret is filled by one Certificate. Routes may share a certificate when they name the same certificate, secretName and issuer; its hosts are those of all of them. cert-manager lets two Certificates of one Secret overwrite each other's key again and again.",
  },
  ISM146: {
    summary: "A name that isthmus uses itself",
    explanation:
      "In the namespace istio-system isthmus has objects of its own, without which the clusters lose each other: the Gateways cross-network-gateway and isthmus-http01, the Secrets cacerts and istio-remote-secret-*, and VirtualServices whose names begin with isthmus-. An object of the mesh file with the same name would overwrite them or be overwritten.",
  },
  ISM147: {
    summary: "One Gateway with and without HTTPS",
    explanation:
      "Every route of a Gateway answers at all of its ports, so a route without tls would be served by HTTPS too where a host fits, and a route with tls without encryption. Routes with tls have their Gateway in istio-system; a service of that namespace that has both kinds of routes needs two gateway names.",
  },
  ISM148: {
    summary: "Two routes take the same requests",
    explanation:
      "Both routes have a host in common and match the same path and headers, so that one of them takes all the requests and the other none. That is so across services and namespaces too, since all gateways of the mesh file open the same ingress gateway.",
  },
  ISM149: {
    summary: "Only an ingress gateway has this",
    explanation:
      "`gateway: mesh` is Istio's reserved word for the sidecars: the route is for callers inside the mesh and no Gateway is made. There is no TLS to end there and no address to publish, and Istio refuses the host * (a sidecar would take every request to anything).",
  },
  ISM150: {
    summary: "One host of a route contains another",
    explanation:
      "Istio refuses a VirtualService in which one host is a part of another, such as *.example.org beside www.example.org. The wider one has the requests of both.",
  },
  ISM155: {
    summary: "An expression that proxies refuse",
    explanation:
      "Regular expressions of a route are RE2: there is no looking ahead or behind and no reference back, and repetitions go up to 1000 (https://github.com/google/re2/wiki/Syntax). Istio takes 1024 bytes, and Envoy a program of 32768 instructions, of which a class such as \\pL has more than a thousand up to Envoy 1.39.0. An expression that a proxy refuses freezes all routes of its port at their last state, while every API server says that all is well.",
  },
  ISM156: {
    summary: "A path that no request has",
    explanation:
      "Proxies compare a route's path with that of the request without its query, in the form that clients send: ASCII, everything else as %XX. Before that they make one form of all spellings, as `meshConfig.pathNormalization` says (Istio's default is BASE): `/a/../b` becomes `/b`, `%7E` becomes `~`, `\\` becomes `/`. A path in another form, or an expression that cannot match any path, would be a route without requests.",
  },
  ISM157: {
    summary: "No certificate can be issued for this host",
    explanation:
      "A certificate is for names: * alone is none, and an address is none that clients would send in the TLS handshake. A wildcard such as *.example.org is issued by ACME servers only when the proof is a DNS record (RFC 8555 and the CA/Browser Forum's rules; Let's Encrypt refuses http-01 for it), so its issuer needs dns01.",
  },
  ISM667: {
    summary: "A host of http01 hides a wildcard's route",
    explanation:
      "An issuer with http01 proves a host by a page at port 80, for which isthmus makes a route of that host. Proxies choose the host that fits a request best and then know its routes alone, so that a route without TLS for * or *.example.org takes no more requests for that host. A second route for the host itself takes them; one route cannot have both (ISM150).",
  },
  ISM158: {
    summary: "A header that no request has",
    explanation:
      "Proxies cut blanks off both ends of a header's value before they compare it. And uri, scheme, method and authority are no headers: Istio's API reserves the names for conditions of its own and says that they are ignored among the headers of a match.",
  },
  ISM159: {
    summary: "The order of two routes is the file's",
    explanation:
      "Routes of one host are tried from the most exact to the widest. Two regular expressions, or one and a prefix, can overlap so that neither is the more exact one, and so can two that ask for equally much, such as `methods: [GET, POST]` and `methods: [GET, PUT]` of one path; then the route that comes first in the mesh file is tried first, in every cluster alike.",
  },
  ISM160: {
    summary: "Some requests inside the mesh would get no answer",
    explanation:
      "A route with `gateway: mesh` replaces what sidecars do by themselves for the service's name and port. Requests that no route of that name matches get 404 from the caller's own sidecar.",
  },
  ISM161: {
    summary: "A value that no chart reads",
    explanation:
      "`spec.istio.values` goes to Istio's charts, and helm takes values that no chart reads without a word: a misspelt one has no effect. With `install: istioctl` the renderer refuses them by itself.",
  },
  ISM162: {
    summary: "A number that cannot be kept exactly",
    explanation:
      "Whole numbers from 2^53 (9007199254740992) on are rounded by programs that have JSON's numbers as floating point, this one among them. Rather than a number that is nearly the one in the file nothing is written.",
  },
  ISM163: {
    summary: "A wildcard does not reach a host that is named elsewhere",
    explanation:
      "Envoy has one list of routes for each host name and looks only into that of the most exact name: www.example.org before *.example.org before *. A route of the wildcard gets no request for a host that another route names, not even those that the other route does not match.",
  },
  ISM794: {
    summary: "A route of the Gateway API cannot have this",
    explanation:
      "With `api: gatewayAPI` a route becomes an HTTPRoute, and each version of the service a Service of its own, since the Gateway API knows no subsets. It has weights, `match` with exact, regex or the prefix /, headers, methods and query parameters, `timeout` and `headers`. What an HTTPRoute of the standard channel has no field for, or what isthmus does not write into one, is refused: fault, retries, mirror, redirect, rewrite, corsPolicy, tls, dns, other prefixes, regions, `gateway: mesh`, and a service with failover or sessions. So is what an API server would refuse in the middle of an apply: more than 16 hosts, versions, compared headers or query parameters, or changed headers of a kind, more than 64 hosts at a Gateway, and exact paths with // or %2F. The reasons are in docs/adr/0044.",
  },
  ISM795: {
    summary: "Routes of one host or service are made in two ways",
    explanation:
      "Where a VirtualService and an HTTPRoute are for one host, the rules of the VirtualService come first at an ingress gateway, whatever they match (measured with Istio 1.31), and between two Gateways of the Gateway API nobody decides. A version of a service is a subset for the one and a Service for the other, so that proofs and shifts would look at two things of one name. All routes of a service and of a host have one api, and those of the Gateway API one gateway.",
  },
  ISM796: {
    summary: "Istio would try these routes in another order",
    explanation:
      "Istio orders the rules of all HTTPRoutes of a host itself: a whole path before a prefix and a prefix before an expression, longer ones first, then those with a method, more headers and more query parameters, and of equal ones that of the older object. Nothing else can be said in a route. Where that is not the order in which the mesh file's routes are meant (docs/guides/routes.md), or the age of objects would decide, which differs from cluster to cluster, the file is refused.",
  },
  ISM781: {
    summary: "A wildcard's route may take a host's requests",
    explanation:
      "Proxies choose the most exact host, but Istio puts the rules of every VirtualService of a Gateway into each host which that Gateway names and they stand for: a route for *.example.org and one for a.example.org are then tried one after the other for a.example.org, by the age of their VirtualServices, which differs from cluster to cluster. A Gateway names the wildcard alone where it can; an external-dns that reads Gateways on its own then has the wildcard's record alone, and none beside `*`: it deletes the record of the host that it had. `dns` of a route says that it publishes them. It has to name both where the routes have certificates in different Secrets, since a proxy finds a certificate by the host, and where external-dns publishes the hosts that it names. Routes at Gateways of different names are kept apart. `isthmus check` compares what proxies have (ISM475), and `isthmus verify` asks.",
  },
  ISM726: {
    summary: "A try may take longer than its request",
    explanation:
      "`timeout` of a route holds for a request with all of its tries, `retries.perTryTimeout` for each of them. Envoy passes over one that is above `timeout`, so that a try that hangs is ended with the request and no other one is made.",
  },
  ISM727: {
    summary: "A path that looks like a pattern",
    explanation:
      "`exact` and `prefix` of a route compare characters: /img/* is for paths with an asterisk, /api/:id for those with a colon. `regex` is an expression of RE2 for the whole path, in which an asterisk repeats what stands before it: /a/* is for /a, /a/ and /a//. Other tools write patterns that way, and requests that are meant get 404.",
  },
  ISM545: {
    summary: "A route has two Gateways",
    explanation:
      "`gateways` is for a route that is both at an ingress gateway and in the sidecars of callers: one Gateway's name and Istio's word `mesh`. All Gateways of a mesh file open the same ports of the same ingress gateways, and one is found by a request's host and not by its name, so that a second Gateway would open nothing that the first one does not.",
  },
  ISM546: {
    summary: "Settings of a route that cannot be together",
    explanation:
      "Istio refuses some settings of a route beside each other, and others would have no effect: a redirect is answered by the proxy itself, so that there is no version to give weights to, to try again or to send copies to; a fault without delay and abort, or a rewrite and a redirect that change nothing, are nothing (istio.io/istio, pkg/config/validation).",
  },
  ISM547: {
    summary: "This release of Istio does not have the setting",
    explanation:
      "VirtualServices have got new fields over the years. An API server whose definition of VirtualService does not know a field drops it, and the route works as if it had not been written.",
  },
  ISM548: {
    summary: "Proofs of this route will fail",
    explanation:
      "A fault answers a part of the requests with an error or holds them back, on purpose and for everybody who asks, `isthmus verify` and the proofs of `isthmus shift` included. Requests that a fault aborts reach no version, and those that it holds back for longer than a proof waits (5 seconds) have no answer: both are failures of a proof.",
  },
  ISM549: {
    summary: "Copies for a version that there is not",
    explanation:
      "A mirror sends copies of requests to a Service, and with `subset` to one of its versions. Proxies have a cluster for each version that the Service's DestinationRule names; copies for another one are thrown away, and nobody is told, since nobody waits for their answers.",
  },
  ISM860: {
    summary: "A route of connections cannot have this",
    explanation:
      "With `protocol: tls` or `tcp` a route shares out connections, of which proxies know the name in the TLS handshake, or an address and a port, and nothing else: no path, no header, no answer. So it has `gateway`, `hosts` and `weights` alone. TLS comes by port 443 of the ingress gateway, where a name has one taker: HTTPS of a route with `tls`, or the pods of one service. TCP without TLS has no name, and the ingress gateway has no port for it: it is for callers inside the mesh, by `gateway: mesh`. All routes of a service have connections or all have requests, since a port has one protocol.",
  },
  ISM586: {
    summary: "The route redirects",
    explanation:
      "A route with `redirect` is answered by the proxies themselves with another address. No version gets its requests, so that there are no weights to be shifted.",
  },
  ISM587: {
    summary: "A route is in no cluster",
    explanation:
      "A route with `fromRegions` takes the place of one for the same requests that more regions have, in the clusters of its regions. Where every region that has a cluster has such a route, the wider one is rendered nowhere: it gets no request, there is nothing to prove, and no cluster has weights of it to shift.",
  },
  ISM588: {
    summary: "A route of some regions is published everywhere",
    explanation:
      "Published names have the addresses of the ingress gateways of all clusters, each of which may get any request. A route with `fromRegions` is in the clusters of these regions only, so that requests at the others would find no route. The hosts are published by a route that all regions have.",
  },
  ISM619: {
    summary: "Services that stay in their cluster are said in two places",
    explanation:
      "`export: false` keeps a service in its cluster by istiod's `meshConfig.serviceSettings`. Values of the mesh file are merged over those that isthmus makes, and a list replaces a list: one of the two would have no effect.",
  },
  ISM620: {
    summary: "A route needs pods that its cluster does not have",
    explanation:
      "A service with `export: false` has the endpoints of the own cluster only, at gateways and sidecars alike. A route shares its requests out by the same weights in every cluster that has it, so that each of these clusters needs pods of every version that gets a share.",
  },
} as const satisfies Record<string, CatalogueEntry>;
