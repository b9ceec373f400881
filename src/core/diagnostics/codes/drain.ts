import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM609 and ISM610: what `check` says of drains. */
export const drainCheckCodes = {
  ISM609: {
    summary: "A drain stands half done",
    explanation:
      "drain and undrain go in steps, all clusters together: callers of other clusters leave first and come back last. One that was killed, or a cluster that did not answer meanwhile, leaves a step undone. No request fails by that: callers that were not told go on being served. The same command again does the rest.",
  },
  ISM610: {
    summary: "Services are out of traffic in a cluster",
    explanation:
      "Somebody has drained them: requests go to other clusters, also those that come in by the drained cluster's own ingress. Every apply and shift keeps it; isthmus undrain puts them back.",
  },
} as const satisfies Record<string, CatalogueEntry>;

/** ISM600-ISM608, ISM611 to ISM613: taking clusters out of traffic, and putting them back (docs/adr/0029). */
export const drainCodes = {
  ISM600: {
    summary: "No such service to drain",
    explanation:
      "drain and undrain go by the mesh file: a service is named by its name, or NAMESPACE/NAME where several have it. Without --service all services of the mesh file are meant that run in the cluster.",
  },
  ISM601: {
    summary: "A drain cannot be told from what runs beside it",
    explanation:
      "Callers leave the endpoints that a Service selects in one cluster. A Service without a selector, or one that is in no cluster that answers, does not say which these are; and where two clusters share a network, callers of one reach pods of the other directly and not by an east-west gateway, and this version has no way to lead them elsewhere.",
  },
  ISM602: {
    summary: "Nothing else answers for a service",
    explanation:
      "A drain leads requests to the clusters that stay. Where none of them has a ready pod of the service, or of a version that gets requests, there is nowhere to lead them to, and every request would fail. With --force such services keep all of their traffic and the others are drained.",
  },
  ISM603: {
    summary: "Routes lose a version",
    explanation:
      "A version that runs in no cluster that stays cannot get its share of the requests. With --force the other versions of the route get it, in the proportion that they have among each other, for as long as the drain lasts; the mesh file keeps its weights, and undrain brings them back.",
  },
  ISM604: {
    summary: "A version would get requests that nothing answers",
    explanation:
      "Undrain gives versions that ran in the drained cluster only their weights back. Without a ready pod of them there these requests would fail with 503.",
  },
  ISM605: {
    summary: "Callers that were not told",
    explanation:
      "A drain begins with the callers of the other clusters. Proxies of a cluster that does not answer, or did not take the change, go on sending requests to the drained one. Its gateway serves them for as long as its own callers are not led elsewhere, which is done last: then requests for a version there would fail. So that last step is left out until all callers have left; with --force it is done all the same. Where no gateway has a service, nobody sees whether sidecars have left it, so that a PeerAuthentication of others which may hold them, or a DestinationRule that says itself how to encrypt, counts as a caller that was not told.",
  },
  ISM606: {
    summary: "Requests are still in flight",
    explanation:
      "New requests go elsewhere, and what was begun before is answered to its end: nothing cuts it. Long downloads, streams and gRPC watches take as long as they take; the pods that have some are named. `--grace` says how long they are waited for; what is open then is a warning, and the drain ends well. Without it what is open after --timeout is an error. Stopping a pod cuts what it has.",
  },
  ISM607: {
    summary: "Pods of a drained cluster still get requests",
    explanation:
      "The callers that isthmus can lead elsewhere have left, and requests still come to these pods. They come from callers without a sidecar in the same cluster, which Kubernetes leads and not Istio, from sidecars that have not taken the change, or by a port or a route that somebody else's VirtualService or DestinationRule decides.",
  },
  ISM608: {
    summary: "Not seen whether pods are idle",
    explanation:
      "That nobody asks the pods of a drained cluster any more is read from their own sidecars. Where the cluster does not answer, a pod has no sidecar, or this account may not open a port to it, nobody has seen it.",
  },
  ISM611: {
    summary: "Interrupted in the middle of a drain",
    explanation:
      "Ctrl-C ended the command between two steps or while it waited. What was written stays, and serves all callers. The same command again goes on; the opposite one goes back.",
  },
  ISM613: {
    summary: "A version that is out of traffic gets no requests",
    explanation:
      "The version runs in drained clusters only. Its weight is in the mesh file, and the other versions of the route have its share on the clusters until undrain. A shift that gives it more would move nothing yet; with --force the mesh file gets the weights, which count from undrain on.",
  },
  ISM612: {
    summary: "The mesh was not applied here",
    explanation:
      "A drain changes objects of the mesh and notes in its inventory what is drained. A cluster without an inventory of the mesh has neither.",
  },
} as const satisfies Record<string, CatalogueEntry>;
