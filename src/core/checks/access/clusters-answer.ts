import type { Check } from "../check.ts";

/** One dead cluster is a finding with its own diagnosis; all others are judged all the same (pain 17). */
export const clustersAnswer: Check = {
  id: "access/clusters-answer",
  sentence: "every cluster answers",
  pre: true,
  explains: ["credentials/accepted", "join/istiod-synced", "join/endpoint-shards", "join/network-gateways"],
  run: (facts) =>
    facts.clusters.flatMap((one) =>
      one.kind === "unreachable" ? [{ ...one.diagnostic, severity: "error", cluster: one.cluster }] : [],
    ),
};
