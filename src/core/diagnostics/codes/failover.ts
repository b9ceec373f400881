import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM540-ISM542, ISM544: what a service's `failover` may not ask for, and what keeps it from happening. */
export const failoverCodes = {
  ISM540: {
    summary: "A failover that contradicts itself",
    explanation:
      "Of two regions that are to take over for the same one Istio obeys the first and passes over the other without a word. And failures to reach an endpoint are counted by themselves only with `splitExternalLocalOriginErrors`; Istio refuses a threshold for them without it. `retries.attempts: 0` turns retries off, and what is beside it says how to retry.",
  },
  ISM541: {
    summary: "A setting that keeps failover from happening",
    explanation:
      "Requests go to another region only when Envoy has ejected enough endpoints of the nearer one. With `maxEjectionPercent` below 100 some are always kept, of a few pods all; with a high `minHealthPercent` ejected endpoints get requests again while healthy ones are left; and with failures to reach an endpoint counted apart, a cluster that hangs is never ejected unless one failure is enough, since each connection that it accepts counts as a success. Measured with Envoy 1.40: docs/adr/0024. A single request gets to another place with its third try, so that one retry is too few; and two tries have to end within the route's `timeout` before that. One ends with `connectTimeout` where packets are lost, whatever `perTryTimeout` is; one to an endpoint that hangs ends with `perTryTimeout`, and is tried again only by `reset`, `gateway-error` or `5xx` in `retryOn`.",
  },
  ISM542: {
    summary: "Nothing takes over for a version",
    explanation:
      "Failover goes to the same version in another place, so that the weights of routes hold. A version that runs in one cluster only has no other place: when it fails there, its share of the requests fails.",
  },
  ISM544: {
    summary: "A label's value that this Istio does not compare",
    explanation:
      "`priority` is Istio's failoverPriority. Its labels may have a value, as in `app=shop`, from Istio 1.18 on. An older istiod looks for a label of that whole name, finds it nowhere, and gives every endpoint the same priority without a word.",
  },
} as const satisfies Record<string, CatalogueEntry>;
