import type { NetworkPeer, NetworkPolicyFacts, NetworkPort, NetworkRule } from "../checks/policy-facts.ts";
import type { AddressBits } from "./address-block.ts";
import { bitsOf, blockTest, holdsAll, isAddress } from "./address-block.ts";
import type { SelectorTest } from "./label-selector.ts";
import { selectorTest } from "./label-selector.ts";
import type { Connection, Direction, IpFamily, PolicyPeer, PolicyPod } from "./policy-pod.ts";
import { familyOf, isSamePod } from "./policy-pod.ts";

/** NetworkPolicies taken apart once, for many questions. */
export interface PolicySet {
  readonly policies: readonly CompiledPolicy[];
  /** Those of a namespace, in the order given. */
  readonly inNamespace: (namespace: string) => readonly CompiledPolicy[];
}

export interface CompiledPolicy {
  readonly facts: NetworkPolicyFacts;
  readonly selects: SelectorTest;
  readonly ingress: readonly CompiledRule[];
  readonly egress: readonly CompiledRule[];
}

export interface CompiledRule {
  /** Place in the policy's list, from 0. */
  readonly index: number;
  /** Empty: everybody. */
  readonly peers: readonly CompiledPeer[];
  /** Empty: all ports. */
  readonly ports: readonly NetworkPort[];
}

export interface CompiledPeer {
  /** Equal for peers that take the same ends. */
  readonly key: string;
  readonly takes: (peer: PolicyPeer, family: IpFamily | undefined) => boolean;
  /** True for a block that does not hold all addresses: whether it takes an address that nobody knows is not known. */
  readonly partial: boolean;
}

/** Why no policy is asked: the pod is in the node's network or has ended, the connection is to the pod itself, or the node reaches its own pod. */
export type Exemption = "host-network" | "ended" | "itself" | "node";

/** A rule of a policy; `rule` is its place in the list, from 0. */
export interface RuleOfPolicy {
  readonly policy: NetworkPolicyFacts;
  readonly rule: number;
}

/** What the policies of one end say about a connection. */
export interface SideVerdict {
  readonly open: boolean;
  readonly exempt?: Exemption;
  /** The policies that select the pod in this direction: without one of them everything is open. */
  readonly isolating: readonly NetworkPolicyFacts[];
  /** The rules of those that admit the connection. */
  readonly admitting: readonly RuleOfPolicy[];
  /** True where nobody knows the peer's address, and the rules that may admit it name blocks of addresses: `open` is not proven. */
  readonly unsure?: true;
}

/**
 * Takes policies apart for `judgeSide`, `reach` and `reachMatrix`, which are
 * Kubernetes' definition:
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 * https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
 */
export function compilePolicies(policies: readonly NetworkPolicyFacts[]): PolicySet {
  const bits = rememberBits();
  const compiled = policies.map((facts): CompiledPolicy => ({
    facts,
    selects: selectorTest(facts.podSelector),
    ingress: facts.ingress.map((rule, index) => compileRule(rule, index, facts.namespace, bits)),
    egress: facts.egress.map((rule, index) => compileRule(rule, index, facts.namespace, bits)),
  }));
  const byNamespace = new Map<string, CompiledPolicy[]>();
  for (const policy of compiled) {
    const { namespace } = policy.facts;
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), policy]);
  }
  return { policies: compiled, inNamespace: (namespace) => byNamespace.get(namespace) ?? [] };
}

/**
 * Whether the policies of one end let a connection come about, and which ones
 * decide it. Where an outside address is not known, a rule with any block of
 * addresses is taken to admit it, and the verdict is `unsure` where no rule
 * admits it that holds for all addresses.
 */
export function judgeSide(set: PolicySet, connection: Connection): SideVerdict {
  const { pod, direction } = connection;
  const exempt = exemptionOf(connection);
  if (exempt !== undefined) {
    return { open: true, exempt, isolating: [], admitting: [] };
  }
  const isolating = isolatingPolicies(set, pod, direction);
  const admitting = isolating.flatMap(({ facts, [direction]: rules }) =>
    rules.filter((rule) => admits(rule, connection)).map((rule) => ({ policy: facts, rule })),
  );
  const unsure =
    isUnknown(connection.peer) &&
    admitting.length > 0 &&
    admitting.every(({ rule: { peers } }) => peers.length > 0 && peers.every(({ partial }) => partial));
  return {
    open: isolating.length === 0 || admitting.length > 0,
    isolating: isolating.map(({ facts }) => facts),
    admitting: admitting.map(({ policy, rule }) => ({ policy, rule: rule.index })),
    ...(unsure ? { unsure } : {}),
  };
}

/** Whether nobody knows the address of a peer outside: there is none, or a host name instead. */
function isUnknown(peer: PolicyPeer): boolean {
  return peer.kind === "outside" && !isAddress(peer.address);
}

/** The policies that isolate the pod in this direction while none of them admits the connection; none where it comes about. */
export function closingPolicies(set: PolicySet, connection: Connection): readonly NetworkPolicyFacts[] {
  const { open, isolating } = judgeSide(set, connection);
  return open ? [] : isolating;
}

/** The policies that select a pod in a direction. */
export function isolatingPolicies(set: PolicySet, pod: PolicyPod, direction: Direction): readonly CompiledPolicy[] {
  return set.inNamespace(pod.namespace).filter(({ facts, selects }) => facts.types[direction] && selects(pod.labels));
}

/** Whether policies are about the pod at all: those in a node's network, and those that have ended, are none of theirs. */
export function isMember(pod: PolicyPod): boolean {
  return !pod.hostNetwork && pod.ended !== true;
}

/** Whether a peer is the node of a pod, which always reaches it (probes of the kubelet). */
export function isOwnNode(peer: PolicyPeer, pod: PolicyPod): boolean {
  return peer.kind === "pod" && peer.pod.hostNetwork && peer.pod.node !== undefined && peer.pod.node === pod.node;
}

function exemptionOf({ pod, peer, direction }: Connection): Exemption | undefined {
  if (pod.hostNetwork) {
    return "host-network";
  }
  if (pod.ended === true) {
    return "ended";
  }
  if (peer.kind === "pod" && isSamePod(pod, peer.pod)) {
    return "itself";
  }
  return direction === "ingress" && isOwnNode(peer, pod) ? "node" : undefined;
}

function admits({ peers, ports }: CompiledRule, connection: Connection): boolean {
  const { peer, family, direction, pod } = connection;
  return (
    (peers.length === 0 || peers.some((one) => one.takes(peer, family))) &&
    (ports.length === 0 ||
      ports.some((port) => isPort(port, connection, direction === "ingress" ? { kind: "pod", pod } : peer)))
  );
}

/** Whether a port of a rule takes a port of the end that is connected to: a name is that pod's, and outside of the cluster there is none. */
export function isPort(
  { protocol, port, endPort }: NetworkPort,
  at: Pick<Connection, "port" | "protocol">,
  destination: PolicyPeer,
): boolean {
  if (protocol !== at.protocol) {
    return false;
  }
  if (port === undefined) {
    return true;
  }
  if (typeof port === "number") {
    return at.port >= port && at.port <= (endPort ?? port);
  }
  return (
    destination.kind === "pod" &&
    destination.pod.ports.some(
      (one) => one.name === port && one.port === at.port && one.protocol === protocol && one.sidecar !== true,
    )
  );
}

function compileRule({ peers, ports }: NetworkRule, index: number, namespace: string, bits: BitsOf): CompiledRule {
  return { index, peers: peers.map((peer) => compilePeer(peer, namespace, bits)), ports };
}

function compilePeer(facts: NetworkPeer, namespace: string, bits: BitsOf): CompiledPeer {
  const { ipBlock, namespaceSelector, podSelector } = facts;
  if (ipBlock !== undefined) {
    const [inside, outside] = [blockTest(ipBlock.cidr), ipBlock.except.map(blockTest)];
    return {
      key: JSON.stringify(ipBlock),
      partial: !holdsAll(ipBlock.cidr) || ipBlock.except.length > 0,
      takes: (peer, family) =>
        addressesOf(peer, family).some((address) => {
          const found = bits(address);
          return found === undefined
            ? peer.kind === "outside"
            : inside(found) && !outside.some((isExcepted) => isExcepted(found));
        }),
    };
  }
  const selectsNamespace = namespaceSelector === undefined ? undefined : selectorTest(namespaceSelector);
  const selectsPod = podSelector === undefined ? undefined : selectorTest(podSelector);
  return {
    key: JSON.stringify([namespaceSelector ?? namespace, podSelector]),
    // By label no address outside is taken, so this says nothing against another peer of the rule.
    partial: true,
    takes: (peer) => {
      if (peer.kind === "outside" || !isMember(peer.pod)) {
        return false;
      }
      const { pod } = peer;
      const inNamespace =
        selectsNamespace === undefined ? pod.namespace === namespace : selectsNamespace(pod.namespaceLabels);
      return inNamespace && (selectsPod === undefined || selectsPod(pod.labels));
    },
  };
}

function addressesOf(peer: PolicyPeer, family: IpFamily | undefined): readonly string[] {
  if (peer.kind === "outside") {
    return [peer.address];
  }
  return family === undefined
    ? peer.pod.addresses
    : peer.pod.addresses.filter((address) => familyOf(address) === family);
}

type BitsOf = (address: string) => AddressBits | undefined;

function rememberBits(): BitsOf {
  const known = new Map<string, AddressBits | undefined>();
  return (address) => {
    if (!known.has(address)) {
      known.set(address, bitsOf(address));
    }
    return known.get(address);
  };
}
