import type { Check } from "../check.ts";
import { apiServer } from "../subjects.ts";

/** One dead cluster is a finding with its own diagnosis; all others are judged all the same (docs/guides/check.md, complaint 17). */
export const clustersAnswer: Check = {
  id: "access/clusters-answer",
  sentence: "every cluster answers",
  pre: true,
  run: (facts) =>
    facts.clusters.flatMap((one) =>
      one.kind === "unreachable"
        ? [{ ...one.diagnostic, severity: "error", cluster: one.cluster, breaks: [apiServer(one.cluster)] }]
        : [],
    ),
};
