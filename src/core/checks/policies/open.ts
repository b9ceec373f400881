import { meshFileWords } from "../../mesh-file-words.ts";
import { isLeft } from "../../policies/own-policies.ts";
import { quoteCommand } from "../../quote-command.ts";
import { isEgressGateway } from "../../policies/egress-gateway.ts";
import { probeLabel } from "../../render/probe-pod.ts";
import { applyCommand, kubectl } from "../commands.ts";
import { whyNotCompared } from "../not-compared.ts";
import type { PolicySet } from "../../policies/network-policy.ts";
import { compilePolicies, isolatingPolicies, judgeSide } from "../../policies/network-policy.ts";
import { flowsOf } from "../../policies/flows-of.ts";
import { distinctPods } from "../../policies/pod-kinds.ts";
import type { Direction, PolicyPod } from "../../policies/policy-pod.ts";
import type { RequiredFlow } from "../../policies/required-flow.ts";
import { asPolicyPod } from "../../policies/required-flow.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import type { NetworkPolicyFacts, NetworkRule } from "../policy-facts.ts";
import { reachedClusters } from "../reached.ts";
import { unjudgedPolicies } from "./network-policies.ts";

/** The reverse of `policies/network-policies`. Policies that isthmus has written are what flows of the mesh need, as long as the mesh file asks for them. */
export const open: Check = {
  id: "policies/open",
  sentence: "network policies leave nothing open in the mesh's namespaces that no connection of the mesh needs",
  pre: false,
  strict: true,
  unseen: (facts) => [
    ...unjudgedPolicies(facts),
    ...reachedClusters(facts).flatMap(({ cluster, otherPods }) =>
      otherPods === undefined ? [`pods beside the mesh's own in ${cluster}: nobody looked`] : [],
    ),
    ...(reachedClusters(facts).some((one) => one.networkPolicies.some(({ own }) => own)) ? whyNotCompared(facts) : []),
  ],
  run: (facts) => {
    const flowsIn = flowsOf(facts);
    return reachedClusters(facts).flatMap((one) => {
      const set = compilePolicies(one.networkPolicies);
      return [
        ...(["ingress", "egress"] as const).flatMap((direction) => [
          ...unisolated(facts, one, set, direction),
          ...unisolatedBeside(facts, one, set, direction),
        ]),
        ...looseRules(facts, one, set, flowsIn(one)),
      ];
    });
  },
};

const ways = { ingress: "whatever comes in", egress: "whatever goes out" } as const;

/** Pods of the mesh that no policy selects: everything is open to them. */
function unisolated(facts: MeshFacts, one: ReachedCluster, set: PolicySet, direction: Direction): readonly Finding[] {
  const names = namesOfOpen(set, podsOfMesh(one), direction);
  if (names.length === 0) {
    return [];
  }
  const file = facts.mesh.file === undefined ? "" : ` -f ${facts.mesh.file}`;
  return [
    problem("ISM559", {
      detail: `In ${one.cluster} no NetworkPolicy selects ${names.join(", ")} for ${ways[direction]}: all of it is open.`,
      fix: `Write spec.hardening.networkPolicies: true into the mesh file: isthmus apply${file} then writes policies that open what the mesh needs, and close everything else. isthmus plan${file} says before what they close for the pods that are there.`,
      cluster: one.cluster,
    }),
  ];
}

/** How many pods beside the mesh's are named. */
const named = 8;

/** The same for other pods of its namespaces, for which isthmus writes no policies. An egress gateway goes wherever it is sent, which is what it is for. */
function unisolatedBeside(
  { mesh }: MeshFacts,
  one: ReachedCluster,
  set: PolicySet,
  direction: Direction,
): readonly Finding[] {
  const pods = besideMesh(one).filter((pod) => direction === "ingress" || !isEgressGateway(pod));
  const names = namesOfOpen(set, pods, direction);
  if (names.length === 0) {
    return [];
  }
  const more = names.length > named ? ` and ${names.length - named} more` : "";
  const namespaces = [...new Set(names.map((name) => name.split("/")[0]))].join(",");
  return [
    problem("ISM559", {
      detail: `In ${one.cluster} no NetworkPolicy selects ${names.slice(0, named).join(", ")}${more} for ${ways[direction]}: all of it is open. These pods are none of the mesh file's services, and isthmus writes no policies for them.`,
      fix: `Write policies that select them and open what they need: everything else is closed then. Who reaches them now: ${quoteCommand(["isthmus", "netpol", "matrix", ...meshFileWords(mesh.file), "-n", namespaces, "--cluster", one.cluster])}`,
      cluster: one.cluster,
    }),
  ];
}

function namesOfOpen(set: PolicySet, pods: readonly PolicyPod[], direction: Direction): readonly string[] {
  return pods
    .filter((pod) => isolatingPolicies(set, pod, direction).length === 0)
    .map(({ namespace, name }) => `${namespace}/${name}`);
}

/** One of the pods that policies take alike; those in a node's network are isolated by nothing. */
function podsOfMesh(one: ReachedCluster): readonly PolicyPod[] {
  const pods = one.pods.filter((pod) => !pod.hostNetwork);
  return distinctPods(one.networkPolicies, pods).map((pod) => asPolicyPod(one, pod));
}

/** The same of other pods; the probe pods of a verify are gone when it ends. */
function besideMesh(one: ReachedCluster): readonly PolicyPod[] {
  const pods = (one.otherPods ?? []).filter(
    ({ hostNetwork, labels }) => !hostNetwork && labels[probeLabel] === undefined,
  );
  return distinctPods(one.networkPolicies, pods).map((pod) => asPolicyPod(one, pod));
}

/** Rules for pods of the mesh which admit more than its connections, of policies that others have written, or that the mesh file asks for no longer. */
function looseRules(
  facts: MeshFacts,
  one: ReachedCluster,
  set: PolicySet,
  flows: readonly RequiredFlow[],
): readonly Finding[] {
  const users = usersOfRules(set, flows);
  const pods = podsOfMesh(one);
  return one.networkPolicies
    .filter((policy) => (policy.own !== true || isLeft(one, policy)) && selectsAny(set, policy, pods))
    .flatMap((policy) => {
      const words = (["ingress", "egress"] as const).flatMap((direction) =>
        policy.types[direction]
          ? policy[direction].flatMap((rule, index) =>
              excessOf(rule, users.get(keyOf(policy, direction, index)) ?? [], {
                direction,
                number: index + 1,
              }),
            )
          : [],
      );
      return words.length === 0 ? [] : [looseFinding(facts, one, policy, words)];
    });
}

function looseFinding(
  facts: MeshFacts,
  one: ReachedCluster,
  policy: NetworkPolicyFacts,
  words: readonly string[],
): Finding {
  const { namespace, name } = policy;
  return problem("ISM559", {
    detail: `NetworkPolicy ${namespace}/${name} of ${one.cluster} opens more than connections of the mesh: ${words.join("; ")}.`,
    fix: isLeft(one, policy)
      ? `isthmus has written it, and the mesh file asks for it no longer: ${applyCommand(facts, { prune: true })} deletes it.`
      : `Something beside the mesh may need it: ask whoever wrote it. Take out or narrow the rules that nothing needs: ${kubectl(one)} -n ${namespace} edit networkpolicy ${name}`,
    cluster: one.cluster,
    object: { group: "networking.k8s.io", kind: "NetworkPolicy", namespace, name },
  });
}

function excessOf(
  { peers, ports }: NetworkRule,
  users: readonly RequiredFlow[],
  { direction, number }: { readonly direction: Direction; readonly number: number },
): readonly string[] {
  const what = `its ${direction} rule ${number}`;
  if (users.length === 0) {
    return [`${what} is for no connection of the mesh`];
  }
  const used = [...new Set(users.map(({ port, protocol }) => `${protocol} ${port}`))].join(", ");
  const isWide = peers.length === 0 && users.every(({ peer }) => peer.kind === "pod");
  return [
    ...(ports.length === 0 ? [`${what} is for all ports, of which ${used} are needed`] : []),
    ...(isWide ? [`${what} is for everybody, and pods of this cluster need it only`] : []),
  ];
}

/** Which connections each rule admits. */
function usersOfRules(set: PolicySet, flows: readonly RequiredFlow[]): ReadonlyMap<string, readonly RequiredFlow[]> {
  const users = new Map<string, RequiredFlow[]>();
  for (const flow of flows) {
    for (const { policy, rule } of judgeSide(set, flow).admitting) {
      const key = keyOf(policy, flow.direction, rule);
      const known = users.get(key) ?? [];
      known.push(flow);
      users.set(key, known);
    }
  }
  return users;
}

function keyOf({ namespace, name }: NetworkPolicyFacts, direction: Direction, rule: number): string {
  return `${namespace}/${name} ${direction} ${rule}`;
}

function selectsAny(set: PolicySet, policy: NetworkPolicyFacts, pods: readonly PolicyPod[]): boolean {
  const compiled = set.inNamespace(policy.namespace).find(({ facts }) => facts === policy);
  return pods.some((pod) => pod.namespace === policy.namespace && compiled?.selects(pod.labels) === true);
}
