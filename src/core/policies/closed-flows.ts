import type { Finding } from "../checks/check.ts";
import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import type { NetworkPolicyFacts } from "../checks/policy-facts.ts";
import { reachedClusters } from "../checks/reached.ts";
import { admittingPolicies } from "./admitting-policies.ts";
import { describeUnsure } from "./describe-unsure.ts";
import { flowsOf } from "./flows-of.ts";
import { compilePolicies, judgeSide } from "./network-policy.ts";
import type { RequiredFlow } from "./required-flow.ts";

/** Connections that do not come about in a cluster, and the policies that close them. */
export interface ClosedFlows {
  readonly one: ReachedCluster;
  readonly policies: readonly NetworkPolicyFacts[];
  readonly flows: readonly RequiredFlow[];
}

/** A connection of which nobody can say whether it comes about. */
interface UnsureFlow {
  readonly flow: RequiredFlow;
  /** What is not known, and why; a sentence without a full stop. */
  readonly unseen: string;
}

/**
 * What network policies close of the connections that the mesh needs, and of
 * those that only some need (`optional`), in each cluster by the policies that
 * close them. Judged as Kubernetes defines policies.
 */
export function closedFlows(facts: MeshFacts): readonly ClosedFlows[] {
  return judgedFlows(facts).flatMap(({ closed }) => closed);
}

/**
 * The connections that only rules for blocks of addresses admit, where the
 * address of the other end is not known: neither closed nor seen to be open.
 */
export function unsureFlows(facts: MeshFacts): readonly UnsureFlow[] {
  return judgedFlows(facts).flatMap(({ unsure }) => unsure);
}

interface JudgedFlows {
  readonly closed: readonly ClosedFlows[];
  readonly unsure: readonly UnsureFlow[];
}

/** Two checks ask for the same facts. */
const known = new WeakMap<MeshFacts, readonly JudgedFlows[]>();

function judgedFlows(facts: MeshFacts): readonly JudgedFlows[] {
  const found = known.get(facts) ?? judgeClusters(facts);
  known.set(facts, found);
  return found;
}

function judgeClusters(facts: MeshFacts): readonly JudgedFlows[] {
  const flowsIn = flowsOf(facts);
  return reachedClusters(facts).map((one) => judgeFlows(one, flowsIn));
}

function judgeFlows(one: ReachedCluster, flowsIn: (one: ReachedCluster) => readonly RequiredFlow[]): JudgedFlows {
  if (one.networkPolicies.length === 0) {
    return { closed: [], unsure: [] };
  }
  const unsure: UnsureFlow[] = [];
  const groups = new Map<string, { policies: readonly NetworkPolicyFacts[]; flows: RequiredFlow[] }>();
  const set = compilePolicies(one.networkPolicies);
  for (const flow of flowsIn(one)) {
    const verdict = judgeSide(set, flow);
    if (verdict.unsure === true) {
      const names = verdict.admitting.map(({ policy }) => `${policy.namespace}/${policy.name}`);
      unsure.push({ flow, unseen: describeUnsure(one.cluster, names, flow.what) });
    }
    const policies = verdict.open ? [] : verdict.isolating;
    if (policies.length > 0) {
      const key = policies.map((policy) => `${policy.namespace}/${policy.name}`).join(" ");
      const group = groups.get(key) ?? { policies, flows: [] };
      group.flows.push(flow);
      groups.set(key, group);
    }
  }
  return { closed: [...groups.values()].map((group) => ({ one, ...group })), unsure };
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
