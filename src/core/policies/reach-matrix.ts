import type { NetworkPort } from "../checks/policy-facts.ts";
import type { CompiledPeer, CompiledRule, PolicySet } from "./network-policy.ts";
import { isMember, isolatingPolicies, isOwnNode, isPort } from "./network-policy.ts";
import type { Direction, IpFamily, PolicyPeer, Protocol } from "./policy-pod.ts";
import { isSamePod } from "./policy-pod.ts";

/** Who may reach whom at one port. */
export interface ReachMatrix {
  /** By the places of the ends in the list that was asked for. */
  readonly isOpen: (from: number, to: number) => boolean;
}

/** The port that every end is asked at; without a family, any address of an end counts for a block. */
export interface MatrixPort {
  readonly port: number;
  readonly protocol: Protocol;
  readonly family?: IpFamily;
}

/** The ends that something takes, a bit for each. */
type Ends = Uint32Array;

/**
 * The same answers as `reach` gives for every pair of ends. Pods that the same
 * policies select are judged once, and every peer of a rule is looked for once
 * among all ends, so that a thousand pods cost no million verdicts.
 */
export function reachMatrix(set: PolicySet, ends: readonly PolicyPeer[], at: MatrixPort): ReachMatrix {
  const finder = createFinder(ends, at);
  const rowsOf = (direction: Direction): readonly (Ends | undefined)[] => {
    const known = new Map<string, Ends>();
    return ends.map((end) => {
      if (end.kind === "outside" || !isMember(end.pod)) {
        return undefined;
      }
      const isolating = isolatingPolicies(set, end.pod, direction);
      if (isolating.length === 0) {
        return undefined;
      }
      const rules = isolating.flatMap((policy) => policy[direction]);
      const asked = direction === "egress" ? rules : rules.filter(({ ports }) => takesPort(ports, at, end));
      const key = asked.map(finder.keyOf).join(" ");
      const row = known.get(key) ?? finder.union(asked, direction);
      known.set(key, row);
      return row;
    });
  };
  const [out, into] = [rowsOf("egress"), rowsOf("ingress")];
  return {
    isOpen: (from, to) => {
      const [one, other] = [ends[from], ends[to]];
      if (one === undefined || other === undefined) {
        return false;
      }
      const [egress, ingress] = [out[from], into[to]];
      const closed = (egress !== undefined && !has(egress, to)) || (ingress !== undefined && !has(ingress, from));
      return !closed || isAlways(one, other, egress === undefined || has(egress, to));
    },
  };
}

/** What no policy closes: a pod's way to itself, and that of the node to its pods. */
function isAlways(from: PolicyPeer, to: PolicyPeer, leaves: boolean): boolean {
  if (to.kind !== "pod" || from.kind !== "pod") {
    return false;
  }
  return isSamePod(from.pod, to.pod) || (leaves && isOwnNode(from, to.pod));
}

function takesPort(ports: readonly NetworkPort[], at: MatrixPort, destination: PolicyPeer): boolean {
  return ports.length === 0 || ports.some((port) => isPort(port, at, destination));
}

interface Finder {
  /** Equal for rules that take the same ends. */
  readonly keyOf: (rule: CompiledRule) => number;
  /** The other ends that one of the rules admits, on the way out with the port at each of them. */
  readonly union: (rules: readonly CompiledRule[], direction: Direction) => Ends;
}

function createFinder(ends: readonly PolicyPeer[], at: MatrixPort): Finder {
  const peers = new Map<string, Ends>();
  const numbers = new Map<CompiledRule, number>();
  const words = Math.ceil(ends.length / 32);
  const findPeer = (peer: CompiledPeer): Ends => {
    const found = peers.get(peer.key) ?? endsWhere(ends, (end) => peer.takes(end, at.family));
    peers.set(peer.key, found);
    return found;
  };
  const all = endsWhere(ends, () => true);
  const findRule = (rule: CompiledRule, direction: Direction): Ends => {
    const found = rule.peers.length === 0 ? all.slice() : new Uint32Array(words);
    for (const peer of rule.peers) {
      add(found, findPeer(peer));
    }
    if (direction === "egress" && rule.ports.length > 0) {
      keep(
        found,
        endsWhere(ends, (end) => takesPort(rule.ports, at, end)),
      );
    }
    return found;
  };
  const rules = new Map<CompiledRule, Ends>();
  return {
    keyOf: (rule) => {
      const number = numbers.get(rule) ?? numbers.size;
      numbers.set(rule, number);
      return number;
    },
    union: (asked, direction) => {
      const found = new Uint32Array(words);
      for (const rule of asked) {
        const ends = rules.get(rule) ?? findRule(rule, direction);
        rules.set(rule, ends);
        add(found, ends);
      }
      return found;
    },
  };
}

function endsWhere(ends: readonly PolicyPeer[], test: (end: PolicyPeer) => boolean): Ends {
  const found = new Uint32Array(Math.ceil(ends.length / 32));
  for (const [place, end] of ends.entries()) {
    if (test(end)) {
      found[place >>> 5] = (found[place >>> 5] ?? 0) | (1 << (place & 31));
    }
  }
  return found;
}

function has(ends: Ends, place: number): boolean {
  return (((ends[place >>> 5] ?? 0) >>> (place & 31)) & 1) === 1;
}

function add(ends: Ends, others: Ends): void {
  for (let word = 0; word < ends.length; word += 1) {
    ends[word] = (ends[word] ?? 0) | (others[word] ?? 0);
  }
}

function keep(ends: Ends, others: Ends): void {
  for (let word = 0; word < ends.length; word += 1) {
    ends[word] = (ends[word] ?? 0) & (others[word] ?? 0);
  }
}
