import { hasLabels } from "../model/labels.ts";
import { isAddress } from "../policies/address-block.ts";
import { knownPods } from "../policies/closed-flows.ts";
import { describeAdmitting } from "../policies/describe-admitting.ts";
import { describeUnsure } from "../policies/describe-unsure.ts";
import type { PolicySet } from "../policies/network-policy.ts";
import { closingPolicies, compilePolicies, judgeSide } from "../policies/network-policy.ts";
import type { Connection, PolicyPeer, PolicyPod, Protocol } from "../policies/policy-pod.ts";
import type { ReachedCluster } from "./facts.ts";
import type { NetworkPolicyFacts } from "./policy-facts.ts";
import type { ProgramFacts } from "./program-facts.ts";

/** Something that a program has to reach. */
export interface Need {
  /** "its DNS server 192.0.2.53 (TCP 53)". */
  readonly what: string;
  /** One of them has to come about. */
  readonly ways: readonly Connection[];
}

/** What network policies close of what a program needs. */
export interface ClosedNeeds {
  readonly needs: readonly Need[];
  /** The policies that do, `namespace/name`, each once. */
  readonly policies: readonly string[];
}

/** The program's pods as policies see them. Their addresses are not known. */
export function podOf({ namespace, name, labels = {} }: ProgramFacts): PolicyPod {
  return {
    namespace,
    name,
    labels,
    namespaceLabels: { "kubernetes.io/metadata.name": namespace },
    addresses: [],
    hostNetwork: false,
    ports: [],
  };
}

/** A connection out of a cluster. Of a name no address is known: a rule with any block of addresses is then taken to admit it, which is not proven (`unsureNeeds`). */
export function wayOut(
  pod: PolicyPod,
  { host, port, protocol }: { readonly host: string; readonly port: number; readonly protocol: Protocol },
): Connection {
  const peer: PolicyPeer = { kind: "outside", address: isAddress(host) ? host : "" };
  return { pod, direction: "egress", peer, port, protocol };
}

/** The program's own API server, without which it does nothing. */
export function toApiServer({ system }: ReachedCluster, pod: PolicyPod): readonly Need[] {
  return (system.apiServers ?? []).map(({ address, port }) => ({
    what: `its API server ${address} (TCP ${port})`,
    ways: [wayOut(pod, { host: address, port, protocol: "TCP" })],
  }));
}

/** The cluster's DNS, at both ends; nothing where it is not known. */
export function toClusterDns({ system }: ReachedCluster, pod: PolicyPod): readonly Need[] {
  const { pods = [], targetPort } = system.dns ?? {};
  if (targetPort === undefined || pods.length === 0) {
    return [];
  }
  const servers = pods.map((server): PolicyPod => ({
    ...server,
    namespaceLabels: { "kubernetes.io/metadata.name": server.namespace, ...system.labels },
  }));
  const common = { port: targetPort, protocol: "UDP" } as const;
  return [
    {
      what: `the cluster's DNS (UDP ${targetPort})`,
      ways: servers.map((server) => ({ ...common, pod, direction: "egress", peer: { kind: "pod", pod: server } })),
    },
    {
      what: `the cluster's DNS (UDP ${targetPort}), which does not let it in`,
      ways: servers.map((server) => ({ ...common, pod: server, direction: "ingress", peer: { kind: "pod", pod } })),
    },
  ];
}

/**
 * What a program needs and does not get by the policies of its namespace, and
 * for ends in the mesh's namespaces and in the cluster's DNS by theirs, judged
 * as Kubernetes defines policies. Nothing where its namespace has none.
 */
export function closedNeeds(one: ReachedCluster, program: ProgramFacts, needs: readonly Need[]): ClosedNeeds {
  const set = setAround(one, program);
  if (set === undefined) {
    return { needs: [], policies: [] };
  }
  const closed = needs.filter(({ ways }) => ways.length > 0 && ways.every((way) => closersOf(set, way).length > 0));
  const policies = closed.flatMap(({ ways }) => ways.flatMap((way) => closersOf(set, way)));
  return { needs: closed, policies: [...new Set(policies)] };
}

/**
 * The needs of which nobody can say whether they are met: all that is open to
 * them is so by rules for blocks of addresses, and the address is not known.
 * Sentences without a full stop.
 */
export function unsureNeeds(one: ReachedCluster, program: ProgramFacts, needs: readonly Need[]): readonly string[] {
  const set = setAround(one, program);
  return set === undefined
    ? []
    : needs.flatMap(({ what, ways }) => {
        const open = ways.map((way) => judgeSide(set, way)).filter((verdict) => verdict.open);
        const names = open.flatMap(({ admitting }) =>
          admitting.map(({ policy }) => `${policy.namespace}/${policy.name}`),
        );
        return open.length > 0 && open.every(({ unsure }) => unsure === true)
          ? [describeUnsure(one.cluster, names, `connections of ${program.namespace}/${program.name} to ${what}`)]
          : [];
      });
}

/** Those of the program's namespace and of all others that are known. */
function policiesAround(
  one: ReachedCluster,
  { networkPolicies = [], namespace }: ProgramFacts,
): readonly NetworkPolicyFacts[] {
  return [...networkPolicies, ...one.networkPolicies.filter((policy) => policy.namespace !== namespace)];
}

/** Undefined where its own namespace has none. */
function setAround(one: ReachedCluster, program: ProgramFacts): PolicySet | undefined {
  return (program.networkPolicies ?? []).length === 0 ? undefined : compilePolicies(policiesAround(one, program));
}

function closersOf(set: PolicySet, way: Connection): readonly string[] {
  return closingPolicies(set, way).map((policy) => `${policy.namespace}/${policy.name}`);
}

/** Says which policies close what, and has the command that admits it and nothing else beside them. */
export function describeNeeds(
  one: ReachedCluster,
  { needs, policies }: ClosedNeeds,
  program: ProgramFacts,
): { readonly what: string; readonly why: string; readonly fix: string } {
  const around = {
    // The program's own pods are there too where its namespace is one of the mesh's.
    pods: knownPods(one).filter(
      ({ namespace, labels }) => namespace !== program.namespace || !hasLabels(labels, program.labels ?? {}),
    ),
    policies: policiesAround(one, program),
  };
  const several = policies.length !== 1;
  return {
    what: needs.map(({ what }) => what).join("; "),
    why: `NetworkPolicy ${policies.join(", ")} ${several ? "isolate" : "isolates"} its pods or theirs, and no rule lets that through`,
    fix: `Whoever made the ${several ? "policies" : "policy"} has to decide. ${describeAdmitting(
      one.context,
      needs.flatMap(({ ways }) => ways),
      around,
    )}`,
  };
}
