import type { Finding } from "../checks/check.ts";
import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import type { NetworkPolicyFacts } from "../checks/policy-facts.ts";
import { reachedClusters } from "../checks/reached.ts";
import { admittingPolicies } from "./admitting-policies.ts";
import { flowsOf } from "./flows-of.ts";
import { closingPolicies, compilePolicies } from "./network-policy.ts";
import type { RequiredFlow } from "./required-flow.ts";

/** Connections that do not come about in a cluster, and the policies that close them. */
export interface ClosedFlows {
  readonly one: ReachedCluster;
  readonly policies: readonly NetworkPolicyFacts[];
  readonly flows: readonly RequiredFlow[];
}

/**
 * What network policies close of the connections that the mesh needs, and of
 * those that only some need (`optional`), in each cluster by the policies that
 * close them. Judged as Kubernetes defines policies.
 */
export function closedFlows(facts: MeshFacts): readonly ClosedFlows[] {
  const found = known.get(facts) ?? findClosed(facts);
  known.set(facts, found);
  return found;
}

/** Two checks ask for the same facts. */
const known = new WeakMap<MeshFacts, readonly ClosedFlows[]>();

function findClosed(facts: MeshFacts): readonly ClosedFlows[] {
  const flowsIn = flowsOf(facts);
  return reachedClusters(facts).flatMap((one) => closedIn(one, flowsIn));
}

function closedIn(
  one: ReachedCluster,
  flowsIn: (one: ReachedCluster) => readonly RequiredFlow[],
): readonly ClosedFlows[] {
  if (one.networkPolicies.length === 0) {
    return [];
  }
  const groups = new Map<string, { policies: readonly NetworkPolicyFacts[]; flows: RequiredFlow[] }>();
  const set = compilePolicies(one.networkPolicies);
  for (const flow of flowsIn(one)) {
    const policies = closingPolicies(set, flow);
    if (policies.length > 0) {
      const key = policies.map((policy) => `${policy.namespace}/${policy.name}`).join(" ");
      const group = groups.get(key) ?? { policies, flows: [] };
      group.flows.push(flow);
      groups.set(key, group);
    }
  }
  return [...groups.values()].map((group) => ({ one, ...group }));
}

/** What a person reads of it: the policies, what they close, and a policy that admits it. */
export function describeClosed({
  one,
  policies,
  flows,
}: ClosedFlows): Required<Pick<Finding, "detail" | "fix" | "cluster" | "object">> {
  const [first] = policies;
  const names = policies.map((policy) => policy.name).join(", ");
  const [several, namespace] = [policies.length > 1, first?.namespace ?? ""];
  return {
    detail: `NetworkPolicy ${namespace}/${names} of ${one.cluster} close${several ? "" : "s"} what no policy admits: ${[...new Set(flows.map((flow) => flow.what))].join("; ")}.`,
    fix: `Whoever wrote the policy has to decide: admit it beside that one, or delete the one that nobody wants: kubectl --context ${one.context} -n ${namespace} delete networkpolicy ${first?.name ?? ""}. With spec.hardening.networkPolicies: true an apply writes all policies that the mesh needs. This admits what is closed here and nothing else:\n    ${admittingCommand(one.context, flows)}`,
    cluster: one.cluster,
    object: { group: "networking.k8s.io", kind: "NetworkPolicy", namespace, name: first?.name ?? "" },
  };
}

/** A command that works as it stands, in any shell. */
function admittingCommand(context: string, flows: readonly RequiredFlow[]): string {
  const items = admittingPolicies(flows);
  return `echo '${JSON.stringify({ apiVersion: "v1", kind: "List", items })}' | kubectl --context ${context} apply -f -`;
}
