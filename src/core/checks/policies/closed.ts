import type { Check, Finding } from "../check.ts";
import { warning } from "../check.ts";
import type { MeshFacts } from "../facts.ts";
import { closedFlows, describeClosed } from "../../policies/closed-flows.ts";
import { joinEnds } from "../../policies/join-ends.ts";
import { unjudgedPolicies, unsureWays } from "./network-policies.ts";

/** What not every mesh needs. Who closes that may mean to, so it is said to those who ask only. */
export const closed: Check = {
  id: "policies/closed",
  sentence: "network policies close nothing that services and monitoring may need",
  pre: false,
  strict: true,
  unseen: (facts) => [...unjudgedPolicies(facts), ...unsureWays(facts, (optional) => optional)],
  run: (facts) =>
    joinEnds(closedFlows(facts).filter(({ flows }) => flows.every((flow) => flow.optional === true))).map((one) =>
      warning("ISM558", describeClosed(facts, one)),
    ),
};

/** What policies close to the pods by which services are proven from inside. */
export interface ClosedToProofs {
  /** `namespace/name` of the services that cannot be proven with it. */
  readonly proves: readonly string[];
  readonly finding: Finding;
}

/** The part of `policies/closed` and of `policies/network-policies` that is of the pods by which `isthmus verify` asks, in each cluster by the policies that close it. */
export function closedToProofs(facts: MeshFacts): readonly ClosedToProofs[] {
  return closedFlows(facts).flatMap((closed) => {
    const flows = closed.flows.filter(({ proves }) => proves !== undefined);
    return flows.length === 0
      ? []
      : [
          {
            proves: [...new Set(flows.flatMap(({ proves = [] }) => proves))],
            finding: warning("ISM558", describeClosed(facts, { ...closed, flows })),
          },
        ];
  });
}
