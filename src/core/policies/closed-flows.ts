import type { Finding } from "../checks/check.ts";
import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import type { NetworkPolicyFacts } from "../checks/policy-facts.ts";
import { reachedClusters } from "../checks/reached.ts";
import { applyCommand } from "../checks/commands.ts";
import type { Surroundings } from "./admitting-policies.ts";
import { isPrinted } from "./admitting-policies.ts";
import type { ClosedEnds, ClosedFlows } from "./join-ends.ts";
import { describeAdmitting } from "./describe-admitting.ts";
import { describeUnsure } from "./describe-unsure.ts";
import { flowsOf } from "./flows-of.ts";
import { compilePolicies, judgeSide } from "./network-policy.ts";
import { isDrifted, isLeft } from "./own-policies.ts";
import type { PolicyPod } from "./policy-pod.ts";
import type { RequiredFlow } from "./required-flow.ts";
import { asPolicyPod, dnsPods } from "./required-flow.ts";
import { kubectlLine } from "../kubectl-line.ts";

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
export function describeClosed(
  facts: MeshFacts,
  { one, policies, flows, outward = [] }: ClosedFlows & Partial<ClosedEnds>,
): Required<Pick<Finding, "detail" | "fix" | "cluster" | "object">> {
  const [first] = policies;
  const names = policies.map((policy) => policy.name).join(", ");
  const [several, namespace] = [policies.length > 1, first?.namespace ?? ""];
  return {
    detail: `NetworkPolicy ${namespace}/${names} of ${one.cluster} close${several ? "" : "s"} what no policy admits: ${[...new Set(flows.map((flow) => flow.what))].join("; ")}.${describeOutward(outward)}`,
    fix: isDrifted(one, policies)
      ? `Network policies of isthmus there are not as the mesh file asks for them: ${applyCommand(facts, { cluster: one.cluster })} writes them. What is closed then still needs a policy beside them, which isthmus check names.`
      : [
          whoDecides(facts, { one, policies, flows, outward }),
          describeAdmitting(one.context, [...flows, ...outward.flatMap((end) => end.flows)], surroundings(one)),
        ].join(" "),
    cluster: one.cluster,
    object: { group: "networking.k8s.io", kind: "NetworkPolicy", namespace, name: first?.name ?? "" },
  };
}

function describeOutward(outward: readonly ClosedFlows[]): string {
  const names = outward.flatMap(({ policies }) => policies.map(({ namespace, name }) => `${namespace}/${name}`));
  const each = [...new Set(names)];
  return each.length === 0
    ? ""
    : ` Of the pods that connect, ${each.join(", ")} ${each.length === 1 ? "closes" : "close"} the way out to it.`;
}

/** Deleting is offered where it opens what is closed: all policies that close it, of which none is one that admits something else. */
function whoDecides(facts: MeshFacts, { one, policies, flows, outward }: ClosedEnds): string {
  const names = policies.map(({ name }) => name);
  const isOne = names.length === 1;
  const them = isOne ? "it" : "them";
  if (policies.every((policy) => isLeft(one, policy))) {
    return `The mesh file asks no longer for ${names.join(", ")}, which isthmus has written: ${applyCommand(facts, { prune: true })} deletes ${them}.`;
  }
  const own = policies.filter((policy) => policy.own === true);
  if (own.length > 0) {
    const whose = one.drift?.kind === "compared" ? ", from a mesh file that does not ask for this" : "";
    return `${own.map(({ name }) => name).join(", ")} ${own.length === 1 ? "is" : "are"} written by isthmus${whose}: what is to be open beside ${own.length === 1 ? "it" : "them"} needs a policy of its own.`;
  }
  const namespace = policies[0]?.namespace ?? "";
  const deleted =
    policies.some(isPrinted) || outward.length > 0
      ? ""
      : `, or delete ${isOne ? "it" : "all of them"} if nobody wants ${them}: ${kubectlLine(one.context)} -n ${namespace} delete networkpolicy ${names.join(" ")}`;
  return `Whoever wrote the ${isOne ? "policy" : "policies"} has to decide: admit it beside ${isOne ? "that one" : "them"}${deleted}.${byApply(one, flows)}`;
}

/** That an apply can write what is missing, where there is no policy of isthmus yet. */
function byApply({ networkPolicies }: ReachedCluster, flows: readonly RequiredFlow[]): string {
  return networkPolicies.some(({ own }) => own === true) || flows.every(({ proves }) => proves !== undefined)
    ? ""
    : " With spec.hardening.networkPolicies: true an apply writes all policies that the mesh needs.";
}

const around = new WeakMap<ReachedCluster, Surroundings>();

function surroundings(one: ReachedCluster): Surroundings {
  const found = around.get(one) ?? { pods: knownPods(one), policies: one.networkPolicies };
  around.set(one, found);
  return found;
}

/** All pods of a cluster that the facts have, as policies see them. */
export function knownPods(one: ReachedCluster): readonly PolicyPod[] {
  const { scrapers = [] } = one.system;
  return [
    ...one.pods.map((pod) => asPolicyPod(one, pod)),
    ...(one.otherPods ?? []).map((pod) => asPolicyPod(one, pod)),
    ...dnsPods(one),
    ...scrapers,
  ];
}
