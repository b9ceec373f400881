import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import type { MeshFacts } from "../facts.ts";
import { reachedClusters } from "../reached.ts";
import { closedFlows, describeClosed, unsureFlows } from "../../policies/closed-flows.ts";

/** Judged as Kubernetes defines it; whether the cluster's network enforces policies at all is not known. */
export const networkPolicies: Check = {
  id: "policies/network-policies",
  sentence: "network policies let the mesh's own connections through",
  pre: true,
  unseen: (facts) => [...unjudgedPolicies(facts), ...unsureWays(facts, (optional) => !optional)],
  run: (facts) =>
    closedFlows(facts)
      .filter(({ flows }) => flows.some((flow) => flow.optional !== true))
      .map((closed) => {
        const needed = closed.flows.filter((flow) => flow.optional !== true);
        return problem("ISM448", {
          ...describeClosed(facts, closed),
          breaks: [...new Set(needed.flatMap((flow) => flow.breaks))],
        });
      }),
};

/** The clusters with policies that nobody here judges. */
export function unjudgedPolicies(facts: MeshFacts): readonly string[] {
  return reachedClusters(facts).flatMap(({ cluster, otherPolicies = [] }) =>
    otherPolicies.length === 0
      ? []
      : [`${cluster} has policies of kinds that isthmus cannot judge: ${otherPolicies.join(", ")}`],
  );
}

/** What nobody can say of the connections that the mesh needs, or of those that only some need: the address of the other end is not known. */
export function unsureWays(facts: MeshFacts, isAsked: (optional: boolean) => boolean): readonly string[] {
  const asked = unsureFlows(facts).filter(({ flow }) => isAsked(flow.optional === true));
  return [...new Set(asked.map(({ unseen }) => unseen))];
}
