import type { CatalogueEntry } from "../catalogue-entry.ts";

/** Codes of `isthmus route explain`. */
export const routeExplainCodes = {
  ISM616: {
    summary: "No proxy to ask",
    explanation:
      "`isthmus route explain` asks proxies for the routes that they hold: those of the ingress gateway, or the sidecar of a pod in the service's namespace, whose callers hold the same there. A pod that is not ready, or has no sidecar, tells nothing.",
  },
  ISM617: {
    summary: "It is not known where a request goes",
    explanation:
      "A proxy did not answer at its admin port, or the ingress gateway's Service does not say at which port of its pods requests come in. Nothing is said of what was not seen.",
  },
  ISM618: {
    summary: "No request is known to explain",
    explanation:
      "Without `--path` the request of each route is made up from what it matches, as `isthmus verify` does; for some no such request is known, and a service may have no route at the proxies that are asked.",
  },
} as const satisfies Record<string, CatalogueEntry>;
