import type { NetworkPeer, NetworkPolicyFacts } from "../checks/policy-facts.ts";
import { bitsOf, blockTest } from "./address-block.ts";
import { stableLabels } from "./policy-pod.ts";
import type { PolicyPod } from "./policy-pod.ts";

/** What policies go by where they tell pods apart. */
type JudgedPod = Pick<PolicyPod, "namespace" | "labels" | "hostNetwork" | "addresses" | "ports">;

/** Gives equal texts for pods that policies cannot tell apart. */
export type KindOf = (pod: JudgedPod) => string;

const known = new WeakMap<readonly NetworkPolicyFacts[], KindOf>();

/**
 * Which pods these policies take alike: of one namespace, with the same labels
 * but for hashes and numbers that no policy asks for, in the same blocks of
 * addresses, with the same numbers behind the names of ports that rules have.
 * What it costs to take the policies apart is spent once for each list.
 */
export function podKinds(policies: readonly NetworkPolicyFacts[]): KindOf {
  const found = known.get(policies) ?? createKinds(policies);
  known.set(policies, found);
  return found;
}

/** One of the pods that the policies take alike, in their order. */
export function distinctPods<Pod extends JudgedPod>(
  policies: readonly NetworkPolicyFacts[],
  pods: readonly Pod[],
): readonly Pod[] {
  const kindOf = podKinds(policies);
  const first = new Map<string, Pod>();
  for (const pod of pods) {
    const kind = kindOf(pod);
    first.set(kind, first.get(kind) ?? pod);
  }
  return [...first.values()];
}

/** The labels that a selector of these policies asks for. */
export function askedLabels(policies: readonly NetworkPolicyFacts[]): ReadonlySet<string> {
  const selectors = policies.flatMap((policy) => [
    policy.podSelector,
    ...peersOf(policy).flatMap(({ podSelector }) => podSelector ?? []),
  ]);
  return new Set(
    selectors.flatMap(({ matchLabels, matchExpressions }) => [
      ...Object.keys(matchLabels),
      ...matchExpressions.map(({ key }) => key),
    ]),
  );
}

function createKinds(policies: readonly NetworkPolicyFacts[]): KindOf {
  const asked = askedLabels(policies);
  const cidrs = policies.flatMap(peersOf).flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr, ...ipBlock.except] : []));
  const blocks = [...new Set(cidrs)].map(blockTest);
  const rules = policies.flatMap(({ ingress, egress }) => [...ingress, ...egress]);
  const names = new Set(rules.flatMap(({ ports }) => ports.map(({ port }) => port)));
  return ({ namespace, labels, hostNetwork, addresses, ports }) => {
    const bits = blocks.length === 0 ? [] : addresses.flatMap((address) => bitsOf(address) ?? []);
    return JSON.stringify([
      namespace,
      Object.entries(stableLabels(labels, asked)).toSorted(([one], [other]) => (one < other ? -1 : 1)),
      hostNetwork,
      bits.map((one) => blocks.flatMap((isIn, index) => (isIn(one) ? [index] : []))),
      ports.filter(({ name }) => name !== undefined && names.has(name)),
    ]);
  };
}

function peersOf({ ingress, egress }: NetworkPolicyFacts): readonly NetworkPeer[] {
  return [...ingress, ...egress].flatMap(({ peers }) => peers);
}
