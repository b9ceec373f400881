import type { NetworkPeer, NetworkPolicyFacts, NetworkPort, NetworkRule } from "../checks/policy-facts.ts";
import { isAddress, isInBlock } from "./address-block.ts";
import type { Labels } from "../model/labels.ts";
import { selectsLabels } from "./label-selector.ts";

/** A pod as policies see it. */
export interface PolicyPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** Of its namespace. */
  readonly namespaceLabels: Labels;
  readonly addresses: readonly string[];
  /** Pods in the node's own network are not isolated. */
  readonly hostNetwork: boolean;
  readonly ports: readonly { readonly name?: string; readonly port: number; readonly protocol: string }[];
}

/** The other end of a connection: a pod of the cluster, or something outside of it at an address; "" where none is known. */
export type PolicyPeer =
  | { readonly kind: "pod"; readonly pod: PolicyPod }
  | { readonly kind: "outside"; readonly address: string };

/** A new connection that has to come about. */
export interface Connection {
  /** The pod whose policies are asked. */
  readonly pod: PolicyPod;
  readonly direction: "ingress" | "egress";
  readonly peer: PolicyPeer;
  /** The port that is connected to: of the pod itself, or of the peer. */
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

/**
 * The policies that isolate the pod in this direction while none of them admits
 * the connection; none where it comes about. Where an outside address is not
 * known, a rule with any block of addresses is taken to admit it.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function closingPolicies(
  policies: readonly NetworkPolicyFacts[],
  connection: Connection,
): readonly NetworkPolicyFacts[] {
  const { pod, direction } = connection;
  if (pod.hostNetwork) {
    return [];
  }
  const isolating = policies.filter(
    (policy) =>
      policy.namespace === pod.namespace && policy.types[direction] && selectsLabels(policy.podSelector, pod.labels),
  );
  return isolating.some((policy) => policy[direction].some((rule) => admits(rule, policy.namespace, connection)))
    ? []
    : isolating;
}

function admits({ peers, ports }: NetworkRule, namespace: string, connection: Connection): boolean {
  return (
    (peers.length === 0 || peers.some((peer) => isPeer(peer, namespace, connection.peer))) &&
    (ports.length === 0 || ports.some((port) => isPort(port, connection)))
  );
}

function isPeer(
  { podSelector, namespaceSelector, ipBlock }: NetworkPeer,
  namespace: string,
  peer: PolicyPeer,
): boolean {
  if (ipBlock !== undefined) {
    const addresses = peer.kind === "pod" ? peer.pod.addresses : [peer.address];
    return addresses.some(
      (address) =>
        (peer.kind === "outside" && !isAddress(address)) ||
        (isInBlock(address, ipBlock.cidr) && !ipBlock.except.some((one) => isInBlock(address, one))),
    );
  }
  if (peer.kind === "outside" || peer.pod.hostNetwork) {
    return false;
  }
  const inNamespace =
    namespaceSelector === undefined
      ? peer.pod.namespace === namespace
      : selectsLabels(namespaceSelector, peer.pod.namespaceLabels);
  return inNamespace && (podSelector === undefined || selectsLabels(podSelector, peer.pod.labels));
}

function isPort({ protocol, port, endPort }: NetworkPort, connection: Connection): boolean {
  if (protocol !== connection.protocol) {
    return false;
  }
  if (port === undefined) {
    return true;
  }
  if (typeof port === "number") {
    return connection.port >= port && connection.port <= (endPort ?? port);
  }
  return portsOf(connection).some(
    (one) => one.name === port && one.port === connection.port && one.protocol === protocol,
  );
}

/** A named port is that of the pod which is connected to; outside of the cluster there is none. */
function portsOf({ direction, pod, peer }: Connection): PolicyPod["ports"] {
  if (direction === "ingress") {
    return pod.ports;
  }
  return peer.kind === "pod" ? peer.pod.ports : [];
}
