import type { ServicePort } from "../checks/pod-facts.ts";
import type { NetworkPolicyFacts } from "../checks/policy-facts.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { hasLabels } from "../model/labels.ts";
import type { EastWestReach } from "../model/mesh.ts";
import type { PolicyPod } from "../policies/policy-pod.ts";

/** What decides over the connections of one cluster, by NetworkPolicies. */
export interface PolicyWorld {
  readonly kind: "reached";
  readonly cluster: string;
  /** The network that the mesh file gives it. */
  readonly network: string;
  /** Where the mesh file says that its east-west gateway is reached. */
  readonly eastWest?: EastWestReach;
  /** All pods of the cluster, those that have ended among them. */
  readonly pods: readonly PolicyPod[];
  readonly services: readonly WorldService[];
  /** Of all namespaces. */
  readonly policies: readonly NetworkPolicyFacts[];
  /** Policies of kinds that nobody here judges, of all namespaces. */
  readonly otherPolicies: readonly OtherPolicy[];
}

/** A policy of a kind that nobody here judges. */
export interface OtherPolicy {
  /** `CiliumNetworkPolicy shop/deny` */
  readonly name: string;
  /** Left out where it is for the whole cluster. */
  readonly namespace?: string;
}

export type PolicySnapshot =
  | PolicyWorld
  | { readonly kind: "unreachable"; readonly cluster: string; readonly diagnostic: Diagnostic };

/** The names of those that may decide over the pods of these namespaces. */
export function otherPoliciesOf(policies: readonly OtherPolicy[], namespaces: readonly string[]): readonly string[] {
  return policies
    .filter(({ namespace }) => namespace === undefined || namespaces.includes(namespace))
    .map(({ name }) => name);
}

export interface WorldService {
  readonly namespace: string;
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  /** The name that DNS has for it, of a Service of type ExternalName; left out for all others. */
  readonly externalName?: string;
  /** Its own inside of the cluster. */
  readonly clusterAddresses: readonly string[];
  /** Under which it is reached from outside; a host name may be among them. */
  readonly outsideAddresses: readonly string[];
  /** Those of them that nodes lead to the Service's pods before policies see a connection. */
  readonly ledAddresses: readonly string[];
  readonly ports: readonly ServicePort[];
}

/** The living pods that a Service selects; none where it has no selector. */
export function podsOf({ pods }: PolicyWorld, { namespace, selector }: WorldService): readonly PolicyPod[] {
  return Object.keys(selector).length === 0
    ? []
    : pods.filter((pod) => pod.ended !== true && pod.namespace === namespace && hasLabels(pod.labels, selector));
}

/** A pod's port behind a port of a Service; undefined where the Service has no such port, or the pod none of that name. */
export function portBehind(
  service: WorldService,
  { port, protocol }: { readonly port: number; readonly protocol: string },
  pod: PolicyPod,
): number | undefined {
  const target = service.ports.find((one) => one.port === port && one.protocol === protocol)?.targetPort;
  return typeof target === "string"
    ? pod.ports.find((one) => one.name === target && one.protocol === protocol)?.port
    : target;
}
