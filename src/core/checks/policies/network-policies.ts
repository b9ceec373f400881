import { furtherFlows } from "../../policies/further-flows.ts";
import type { RequiredFlow } from "../../policies/required-flow.ts";
import { requiredFlows } from "../../policies/required-flows.ts";
import { admittingPolicies } from "../../policies/admitting-policies.ts";
import { closingPolicies, compilePolicies } from "../../policies/network-policy.ts";
import type { Check } from "../check.ts";
import { problem, warning } from "../check.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import type { NetworkPolicyFacts } from "../policy-facts.ts";
import { reachedClusters } from "../reached.ts";

/** Judged as Kubernetes defines it; whether the cluster's network enforces policies at all is not known. */
export const networkPolicies: Check = {
  id: "policies/network-policies",
  sentence: "network policies let the mesh's own connections through",
  pre: true,
  unseen: unjudgedPolicies,
  run: (facts) => {
    const named = new Map(reachedClusters(facts).map((one) => [one.cluster, one]));
    return reachedClusters(facts).flatMap((one) =>
      closedFlows(facts, one, (cluster) => named.get(cluster)).map(({ policies, flows }) => {
        const [first] = policies;
        const names = policies.map((policy) => policy.name).join(", ");
        const [several, namespace] = [policies.length > 1, first?.namespace ?? ""];
        const isNeeded = flows.some((flow) => flow.optional !== true);
        return (isNeeded ? problem : warning)(isNeeded ? "ISM448" : "ISM558", {
          detail: `NetworkPolicy ${namespace}/${names} of ${one.cluster} close${several ? "" : "s"} what no policy admits: ${[...new Set(flows.map((flow) => flow.what))].join("; ")}.`,
          fix: `Whoever wrote the policy has to decide: admit it beside that one, or delete the one that nobody wants: kubectl --context ${one.context} -n ${namespace} delete networkpolicy ${first?.name ?? ""}. With spec.hardening.networkPolicies: true an apply writes all policies that the mesh needs. This admits what is closed here and nothing else:\n    ${admittingCommand(one.context, flows)}`,
          cluster: one.cluster,
          object: { group: "networking.k8s.io", kind: "NetworkPolicy", namespace, name: first?.name ?? "" },
          breaks: [...new Set(flows.filter((flow) => flow.optional !== true).flatMap((flow) => flow.breaks))],
        });
      }),
    );
  },
};

/** The clusters with policies that nobody here judges. */
export function unjudgedPolicies(facts: MeshFacts): readonly string[] {
  return reachedClusters(facts).flatMap(({ cluster, otherPolicies = [] }) =>
    otherPolicies.length === 0
      ? []
      : [`${cluster} has policies of kinds that isthmus cannot judge: ${otherPolicies.join(", ")}`],
  );
}

/** A command that works as it stands, in any shell. */
function admittingCommand(context: string, flows: readonly RequiredFlow[]): string {
  const items = admittingPolicies(flows);
  return `echo '${JSON.stringify({ apiVersion: "v1", kind: "List", items })}' | kubectl --context ${context} apply -f -`;
}

interface Closed {
  readonly policies: readonly NetworkPolicyFacts[];
  readonly flows: readonly RequiredFlow[];
}

/** The flows that do not come about, by the policies that close them. */
function closedFlows(
  facts: MeshFacts,
  one: ReachedCluster,
  farOf: (cluster: string) => ReachedCluster | undefined,
): readonly Closed[] {
  if (one.networkPolicies.length === 0) {
    return [];
  }
  const groups = new Map<string, { policies: readonly NetworkPolicyFacts[]; flows: RequiredFlow[] }>();
  const set = compilePolicies(one.networkPolicies);
  for (const flow of [...requiredFlows(facts, one, farOf), ...furtherFlows(facts, one)]) {
    const policies = closingPolicies(set, flow);
    if (policies.length > 0) {
      const key = policies.map((policy) => `${policy.namespace}/${policy.name}`).join(" ");
      const group = groups.get(key) ?? { policies, flows: [] };
      group.flows.push(flow);
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}
