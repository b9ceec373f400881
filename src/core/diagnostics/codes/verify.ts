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
    explanation: "Requests to the ingress did not end with an answer below 400 within five seconds each.",
  },
  ISM404: {
    summary: "The ingress gateway has no address",
    explanation:
      "The ingress gateway's Service has no address from a load balancer, so no request can come from outside.",
  },
  ISM405: {
    summary: "A route is not measured",
    explanation:
      "Requests are made up from a route's match: its path, its headers, its host. For a regular expression that cannot be done with certainty, so only the endpoints of such a route are proven.",
  },
} as const satisfies Record<string, CatalogueEntry>;
