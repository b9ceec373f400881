import type { NetworkPolicyFacts } from "../checks/policy-facts.ts";
import type { KubeObject, ObjectId } from "../model/kube-object.ts";
import { policyFactsOf } from "../policies/policy-facts-of.ts";
import type { PolicySet } from "../policies/network-policy.ts";
import { compilePolicies, isMember } from "../policies/network-policy.ts";
import { podKinds } from "../policies/pod-kinds.ts";
import type { Direction } from "../policies/policy-pod.ts";
import { familiesOf } from "../policies/reach.ts";
import type { ChangedRange, OutsideChange } from "./outside-change.ts";
import { outsideChange } from "./outside-change.ts";
import { allPorts, outsideRules } from "./outside-rules.ts";
import type { MatrixEnd, MatrixPort, Openness, PolicyMatrix } from "./policy-matrix.ts";
import { policyMatrix } from "./policy-matrix.ts";
import type { PolicyWorld } from "./policy-world.ts";

/** Connections to pods that are alike, at one port. */
export interface ChangedConnections extends MatrixPort {
  readonly to: string;
  /** Pods that are alike, by name. */
  readonly from: readonly string[];
}

/** What a change opens or closes between pods that are alike and the outside of the cluster. */
export interface ChangedOutside extends ChangedRange {
  /** `ingress`: somebody outside connects to the pods, at ports of theirs; `egress`: the pods to somewhere outside. */
  readonly direction: Direction;
  /** Pods that are alike, by name. */
  readonly pods: readonly string[];
}

/** What a change of NetworkPolicies does to connections of the pods that are there. */
export interface PolicyChange {
  readonly opens: readonly ChangedConnections[];
  readonly closes: readonly ChangedConnections[];
  readonly outside: { readonly opens: readonly ChangedOutside[]; readonly closes: readonly ChangedOutside[] };
}

/**
 * Which new connections come about, and which ones do not any more, when these
 * policies are written, those are deleted and the others stay: between all pods
 * of the cluster at the ports that they listen at, from outside to these ports,
 * and from the pods to all ports outside.
 */
export function policyChange(
  world: PolicyWorld,
  written: readonly KubeObject[],
  deleted: readonly ObjectId[] = [],
): PolicyChange {
  const policies = afterwards(world.policies, written, deleted);
  // Pods of one workload are apart where a policy takes them so, before or after.
  const kindOf = podKinds([...world.policies, ...policies]);
  const matrixOf = (after: readonly NetworkPolicyFacts[]): PolicyMatrix =>
    policyMatrix({ ...world, policies: after }, [], {
      namespaces: [...new Set(world.pods.map(({ namespace }) => namespace))],
      port: undefined,
      kindOf,
    });
  const [before, after] = [matrixOf(world.policies), matrixOf(policies)];
  const changed: { readonly opens: boolean; readonly name: string; readonly at: Omit<ChangedConnections, "from"> }[] =
    [];
  for (const [row, { name }] of before.sources.entries()) {
    for (const [column, { name: to }] of before.destinations.entries()) {
      for (const [place, { port, protocol, open }] of (before.cells[row]?.[column] ?? []).entries()) {
        const next = after.cells[row]?.[column]?.[place]?.open ?? open;
        if (next !== open) {
          changed.push({ opens: rank[next] > rank[open], name, at: { to, port, protocol } });
        }
      }
    }
  }
  const between = (opens: boolean): readonly ChangedConnections[] =>
    grouped(changed.filter((one) => one.opens === opens)).map(({ at, names }) => ({ ...at, from: names }));
  return {
    opens: between(true),
    closes: between(false),
    outside: changesOutside(before.sources, compilePolicies(world.policies), compilePolicies(policies)),
  };
}

function changesOutside(ends: readonly MatrixEnd[], before: PolicySet, after: PolicySet): PolicyChange["outside"] {
  const known = new Map<string, OutsideChange>();
  const changed = ends.flatMap(({ name, peers: [peer], ports }) => {
    if (peer?.kind !== "pod" || !isMember(peer.pod)) {
      return [];
    }
    const { pod } = peer;
    const listens = ports.map(({ port, protocol }) => ({ protocol, from: port, to: port }));
    return (["egress", "ingress"] as const).flatMap((direction) => {
      const question = {
        before: outsideRules(before, pod, direction),
        after: outsideRules(after, pod, direction),
        ports: direction === "egress" ? allPorts : listens,
        families: familiesOf(peer) ?? (["IPv4", "IPv6"] as const),
      };
      // Of the services of a mesh most have the same ways out.
      const key = JSON.stringify(question);
      const change = known.get(key) ?? outsideChange(question);
      known.set(key, change);
      return [
        ...change.opens.map((range) => ({ opens: true, name, at: { direction, ...range } })),
        ...change.closes.map((range) => ({ opens: false, name, at: { direction, ...range } })),
      ];
    });
  });
  const outside = (opens: boolean): readonly ChangedOutside[] =>
    grouped(changed.filter((one) => one.opens === opens)).map(({ at, names }) => ({ ...at, pods: names }));
  return { opens: outside(true), closes: outside(false) };
}

/** The names that the same happens to, together. */
function grouped<At>(
  changed: readonly { readonly name: string; readonly at: At }[],
): readonly { readonly at: At; readonly names: readonly string[] }[] {
  const groups = new Map<string, { readonly at: At; readonly names: string[] }>();
  for (const { at, name } of changed) {
    const key = JSON.stringify(at);
    const group = groups.get(key) ?? { at, names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()];
}

const rank: Readonly<Record<Openness, number>> = { none: 0, some: 1, all: 2 };

function afterwards(
  policies: readonly NetworkPolicyFacts[],
  written: readonly KubeObject[],
  deleted: readonly ObjectId[],
): readonly NetworkPolicyFacts[] {
  const key = ({ namespace = "", name }: Pick<ObjectId, "namespace" | "name">): string => `${namespace}/${name}`;
  const all = new Map(policies.map((policy) => [key(policy), policy]));
  for (const object of written) {
    const policy = policyFactsOf(object);
    all.set(key(policy), policy);
  }
  for (const id of deleted) {
    all.delete(key(id));
  }
  return [...all.values()];
}
