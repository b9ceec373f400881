import type { CatalogueEntry } from "../catalogue-entry.ts";

/** Codes of `isthmus netpol`, and of what a plan says of NetworkPolicies. */
export const netpolCodes = {
  ISM553: {
    summary: "No such pod",
    explanation:
      "`isthmus netpol test` judges a connection between what is there: a pod as NAMESPACE/POD or CLUSTER/NAMESPACE/POD, a Service as NAMESPACE/SERVICE, or an IP address. What a pod's name begins with is enough, without its hashes, where the pods that have it are alike.",
  },
  ISM554: {
    summary: "Several pods have that name",
    explanation:
      "The name is that of pods in several clusters, or what pods with different labels begin with, for which policies may decide differently. `--cluster` says where `--from` is; CLUSTER/NAMESPACE/POD names one of them.",
  },
  ISM555: {
    summary: "Nothing is behind that port of the Service",
    explanation:
      "A Service has its own ports, and each leads to a port of its pods, which is the one that policies see. The port is none of the Service's, or no running pod is behind it: of other clusters only those count that requests of the pod go to.",
  },
} as const satisfies Record<string, CatalogueEntry>;
