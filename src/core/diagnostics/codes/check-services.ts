import type { CatalogueEntry } from "../catalogue-entry.ts";

/** Codes of checks about what Services say of their pods and ports. */
export const serviceCheckCodes = {
  ISM850: {
    summary: "A Service does not lead to its pods",
    explanation:
      "Two fields of a Service do that. Without `selector` Kubernetes keeps its EndpointSlices no more and does not take them away either: they hold the addresses of the day on which the selector went. With `internalTrafficPolicy: Local` istiod gives proxies the endpoints of their own node alone, and none of other clusters, whatever the weights of routes are. Services that isthmus applies differ then from what was applied, which is told first.",
  },
  ISM851: {
    summary: "A port speaks two protocols in two clusters",
    explanation:
      "Istio goes by a Service's `appProtocol`, or the beginning of its port's name, and a proxy asks all pods of the service in the way that the Service of the proxy's own cluster says, those of other clusters too. HTTP/2 is spoken at once and not agreed on: an application that speaks HTTP/1.1 alone ends such a connection, and the request gets 502 (protocol error). An application may speak both at one port, which is not seen from here, so that this is a warning; with one word in all Services it goes away.",
  },
  ISM852: {
    summary: "A Service leads to a port that its pods do not name",
    explanation:
      "The Services of one service lead to two ports of the pods in two clusters, and the pods here name the other one. Kubernetes does not ask whether anything listens: the pods are ready, they are endpoints, and each connection to them is refused. A container may listen at a port that it does not name; name it in the Deployment where that is so. A mesh whose Services all lead to a port that no pod names is not told of, since there is nothing to compare with.",
  },
  ISM864: {
    summary: "Pods are not ready beside those that serve",
    explanation:
      "A rollout goes pod by pod: where the new ones do not become ready Kubernetes keeps the old ones, and every request is answered. So is one where some of several pods crash. What is not seen is that the change which somebody made is not in effect, or that less is left for the next failure. Told of pods of istiod, gateways and services that have not been ready for a minute, where other pods of the same workload are; where none is, that is an error of its own.",
  },
} as const satisfies Record<string, CatalogueEntry>;
