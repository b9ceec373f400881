import { createHash } from "node:crypto";
import type { NetworkPolicyFacts } from "../checks/policy-facts.ts";
import { groupBy } from "../model/group-by.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { blockOf, isAddress } from "./address-block.ts";
import { compilePolicies, isMember, isolatingPolicies } from "./network-policy.ts";
import { askedLabels, podKinds } from "./pod-kinds.ts";
import type { Connection, Direction, PolicyPeer, PolicyPod } from "./policy-pod.ts";
import type { TightSelector, TightSelectors } from "./tight-selectors.ts";
import { renderSelector, tightSelectors } from "./tight-selectors.ts";

/** What selectors are held against: pods that are known, and the policies in force. */
export interface Surroundings {
  readonly pods: readonly PolicyPod[];
  readonly policies: readonly NetworkPolicyFacts[];
}

/** Policies that admit connections, and what a person has to know of them. */
export interface Admitting {
  readonly policies: readonly KubeObject[];
  /** `namespace/name` of pods that no policy can select, since they have no labels: what they need is not admitted. */
  readonly unlabelled: readonly string[];
  /** `namespace/name` of pods that the policies are for as well, since no label tells them apart. */
  readonly taken: readonly string[];
  /** `namespace/name` of pods that no label tells from those that need something, and that a policy would isolate first of all: it is not among them. */
  readonly spared: readonly string[];
}

/**
 * The policies that admit these connections beside those that are there: one
 * for the pods that need the same and a direction, with a rule for the peers
 * that have the same ports. Selectors have as many labels as it takes to leave
 * all other known pods alone, which a policy would isolate. They are named
 * `admit-<what>-<digits>`, with `-egress` before the digits for the way out.
 * The digits are of what they say: one that is applied later never takes back
 * what an earlier one of the same pods admits.
 */
export function admittingPolicies(connections: readonly Connection[], around: Surroundings): Admitting {
  const kindOf = podKinds(around.policies);
  const byPod = groupBy(connections, ({ pod, direction }) => JSON.stringify([direction, pod.namespace, kindOf(pod)]));
  const byNeeds = groupBy([...byPod.values()], (same) =>
    JSON.stringify([
      same[0]?.direction,
      same[0]?.pod.namespace,
      [...new Set(same.map(({ peer, port, protocol }) => `${peerKey(peer, kindOf)} ${port}/${protocol}`))].toSorted(),
    ]),
  );
  const found = [...byNeeds.values()].map((group) => admitting(group.flat(), around));
  return {
    policies: found.flatMap(({ policies }) => policies),
    unlabelled: [...new Set(found.flatMap(({ unlabelled }) => unlabelled))],
    taken: [...new Set(found.flatMap(({ taken }) => taken))],
    spared: [...new Set(found.flatMap(({ spared }) => spared))],
  };
}

function admitting(group: readonly Connection[], around: Surroundings): Admitting {
  const [first] = group;
  if (first === undefined) {
    return { policies: [], unlabelled: [], taken: [], spared: [] };
  }
  const { direction, pod } = first;
  const own = select(
    group.map((one) => one.pod),
    around,
  );
  const { rules, ...peers } = rulesOf(group, direction, around);
  const spared = own.taken.filter((one) => isolatingPolicies(setOf(around), one, direction).length === 0);
  const isPrinted = rules.length > 0 && spared.length === 0;
  return {
    policies: isPrinted
      ? own.selectors.map((selector) => policyOf(selector, { direction, namespace: pod.namespace }, rules))
      : [],
    unlabelled: [...own.unlabelled, ...peers.unlabelled].map(nameOf),
    taken: isPrinted ? [...own.taken, ...peers.taken].map(nameOf) : [],
    spared: spared.map(nameOf),
  };
}

/** Pods of one namespace by label, without the others of it that are known. */
function select(pods: readonly PolicyPod[], around: Surroundings): TightSelectors {
  const kindOf = podKinds(around.policies);
  const kinds = new Set(pods.map(kindOf));
  const known = kindsIn(around).get(pods[0]?.namespace ?? "") ?? new Map<string, PolicyPod>();
  const others = [...known].flatMap(([kind, pod]) => (kinds.has(kind) ? [] : [pod]));
  return tightSelectors(pods, others, askedLabels(around.policies));
}

/** What is made of surroundings once, however many connections are asked for. */
const kindsOf = new WeakMap<Surroundings, ReadonlyMap<string, ReadonlyMap<string, PolicyPod>>>();
const setsOf = new WeakMap<Surroundings, ReturnType<typeof compilePolicies>>();

/** By namespace one pod of each kind that policies can select. */
function kindsIn(around: Surroundings): ReadonlyMap<string, ReadonlyMap<string, PolicyPod>> {
  const found = kindsOf.get(around);
  if (found !== undefined) {
    return found;
  }
  const kindOf = podKinds(around.policies);
  const made = new Map<string, Map<string, PolicyPod>>();
  for (const pod of around.pods.filter(isMember)) {
    const kinds = made.get(pod.namespace) ?? new Map<string, PolicyPod>();
    kinds.set(kindOf(pod), pod);
    made.set(pod.namespace, kinds);
  }
  kindsOf.set(around, made);
  return made;
}

function setOf(around: Surroundings): ReturnType<typeof compilePolicies> {
  const found = setsOf.get(around) ?? compilePolicies(around.policies);
  setsOf.set(around, found);
  return found;
}

/** A rule for the pods of each namespace that have the same ports, and one for each address. */
function rulesOf(
  group: readonly Connection[],
  direction: Direction,
  around: Surroundings,
): Omit<TightSelectors, "selectors"> & { readonly rules: readonly Json[] } {
  const side = direction === "ingress" ? "from" : "to";
  const kindOf = podKinds(around.policies);
  const byPeer = groupBy(group, ({ peer }) => peerKey(peer, kindOf));
  const withPorts = [...byPeer.values()].flatMap((same) =>
    same[0] === undefined ? [] : [{ peer: same[0].peer, ports: portsOf(same) }],
  );
  const byRule = groupBy(withPorts, ({ peer, ports }) =>
    JSON.stringify([addressOf(peer) ?? (peer.kind === "pod" ? peer.pod.namespace : ""), ports]),
  );
  const found = [...byRule.values()].map((same) => {
    const [first] = same;
    const pods = same.flatMap(({ peer }) => (peer.kind === "pod" && addressOf(peer) === undefined ? [peer.pod] : []));
    const address = first === undefined ? undefined : addressOf(first.peer);
    const { selectors, ...rest } = select(pods, around);
    const own = group[0]?.pod.namespace;
    const peers: readonly Json[] =
      address === undefined
        ? selectors.map((one) => podPeer(one, pods[0]?.namespace === own ? undefined : pods[0]?.namespace))
        : [{ ipBlock: { cidr: blockOf(address) } }];
    const isNobody = peers.length === 0 && pods.length > 0;
    return {
      rules: isNobody ? [] : [{ ...(peers.length === 0 ? {} : { [side]: peers }), ports: first?.ports ?? [] }],
      ...rest,
    };
  });
  return {
    rules: found.flatMap(({ rules }) => rules),
    unlabelled: found.flatMap(({ unlabelled }) => unlabelled),
    taken: found.flatMap(({ taken }) => taken),
  };
}

function portsOf(same: readonly Connection[]): readonly { readonly port: number; readonly protocol: string }[] {
  const ports = new Map(same.map(({ port, protocol }) => [`${port}/${protocol}`, { port, protocol }]));
  return [...ports.values()].toSorted((one, other) => one.port - other.port);
}

function podPeer(selector: TightSelector, namespace: string | undefined): Json {
  return {
    ...(namespace === undefined
      ? {}
      : { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } }),
    podSelector: renderSelector(selector),
  };
}

function policyOf(
  selector: TightSelector,
  { direction, namespace }: { readonly direction: Direction; readonly namespace: string },
  rules: readonly Json[],
): KubeObject {
  const spec = {
    podSelector: renderSelector(selector),
    policyTypes: [direction === "ingress" ? "Ingress" : "Egress"],
    [direction]: rules,
  };
  const [name = ""] = Object.values(selector.labels);
  const words = ["admit", nameIn(name), ...(direction === "ingress" ? [] : ["egress"]), digitsOf(spec)];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: words.join("-"), namespace },
    spec,
  };
}

/** A label's value as a part of an object's name, which takes fewer characters. */
function nameIn(value: string): string {
  return (
    value
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "") || "pods"
  );
}

/** Whether a policy has the name of one that isthmus has printed, and somebody has applied. */
export function isPrinted({ name }: Pick<NetworkPolicyFacts, "name">): boolean {
  return /^admit-.+-[\da-f]{6}$/.test(name);
}

function digitsOf(spec: object): string {
  return createHash("sha256").update(JSON.stringify(spec)).digest("hex").slice(0, 6);
}

/** The address that a rule names the peer by; undefined for pods that selectors find, and for somebody whose address nobody knows. */
function addressOf(peer: PolicyPeer): string | undefined {
  if (peer.kind === "outside") {
    return isAddress(peer.address) ? peer.address : undefined;
  }
  const { hostNetwork, labels, addresses } = peer.pod;
  return hostNetwork || Object.keys(labels).length === 0 ? addresses[0] : undefined;
}

function peerKey(peer: PolicyPeer, kindOf: (pod: PolicyPod) => string): string {
  return addressOf(peer) ?? (peer.kind === "pod" ? kindOf(peer.pod) : "");
}

function nameOf({ namespace, name }: PolicyPod): string {
  return `${namespace}/${name}`;
}
