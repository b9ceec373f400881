import type { CatalogueEntry } from "../catalogue-entry.ts";

/** Codes of checks about what callers inside the mesh hold. */
export const callerCodes = {
  ISM564: {
    summary: "Callers inside do not get what the mesh file asks for",
    explanation:
      "Requests from pods of the mesh go by what their own sidecars hold. A VirtualService of anybody's for the service's name, also one for a wildcard, counts there when it names no gateway; a Sidecar object says which services the proxies of its namespace know at all. One sidecar is asked for each set of objects that concern some callers only, and a request to every service and port is followed through it.",
  },
  ISM565: {
    summary: "Callers inside do not reach the pods of a service",
    explanation:
      "The route of a caller's sidecar leads to a cluster of Envoy's that leads nowhere, to addresses that are no pods of the mesh, or encrypts in a way that the pods do not take. DestinationRules and ServiceEntries of a caller's own namespace go before all others of the same host, so that calls from one namespace can fail while all others work.",
  },
  ISM566: {
    summary: "A filter in a proxy answers requests with errors",
    explanation:
      "An EnvoyFilter can put a rate limit or a fault into a proxy, for a whole listener or virtual host: what is above the limit is answered with 429 before any route is looked at. Istio makes neither by itself. A limit that never lets two requests through within a second is an error here, any other a warning, since it may be meant.",
  },
  ISM599: {
    summary: "Pods call services past their sidecar",
    explanation:
      "Annotations of a pod name ports and addresses that its sidecar does not take (traffic.sidecar.istio.io/excludeOutboundPorts, excludeOutboundIPRanges, includeOutboundIPRanges), or a container runs as the user or group that the sidecar runs as (1337 nearly everywhere; istioctl analyze: IST0144), of which the rules of the pod take nothing. Calls to a service of the mesh that go that way reach pods of their own cluster alone, in clear text, whatever routes say. Where no pod is there, or pods take mTLS only, they fail: an error. Otherwise it may be meant: a warning.",
  },
  ISM590: {
    summary: "A service selects pods that are none of its versions",
    explanation:
      "A Service sends requests to every pod with the labels of its selector, and a version's DestinationRule to every one with the version's. A Deployment of somebody else's with the same labels gets its share, whatever it is; where nothing listens at the port, connections are refused. What answers in a pod is not seen from the API, so that this is a warning unless its containers lack the port that those of the mesh declare.",
  },
} as const satisfies Record<string, CatalogueEntry>;
