import type { Labels } from "../model/labels.ts";

/** A pod as policies see it. */
export interface PolicyPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** Of its namespace. */
  readonly namespaceLabels: Labels;
  /** One, or one of each family. */
  readonly addresses: readonly string[];
  /** Pods in the node's own network are not isolated, and no selector finds them. */
  readonly hostNetwork: boolean;
  /** True for a pod that has ended: it is in no network any more. */
  readonly ended?: boolean;
  /** True where it runs Istio's proxy: a sidecar, or a gateway; left out where it does not. */
  readonly proxy?: boolean;
  /** The node that it runs on; left out where nobody knows. */
  readonly node?: string;
  readonly ports: readonly PolicyPodPort[];
}

/** A port that a container declares. */
export interface PolicyPodPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
  /** True where a native sidecar has it (an init container that keeps running): enforcers do not find it by its name. */
  readonly sidecar?: boolean;
}

/** The other end of a connection: a pod of the cluster, or something outside of it at an address; "" where none is known. */
export type PolicyPeer =
  | { readonly kind: "pod"; readonly pod: PolicyPod }
  | { readonly kind: "outside"; readonly address: string };

export type Direction = "ingress" | "egress";

export type IpFamily = "IPv4" | "IPv6";

export const protocols = ["TCP", "UDP", "SCTP"] as const;

export type Protocol = (typeof protocols)[number];

/** One end of a new connection that has to come about. */
export interface Connection {
  /** The pod whose policies are asked. */
  readonly pod: PolicyPod;
  readonly direction: Direction;
  readonly peer: PolicyPeer;
  /** The port that is connected to: of the pod itself, or of the peer. */
  readonly port: number;
  readonly protocol: Protocol;
  /** Which of the peer's addresses counts; left out: any of them. */
  readonly family?: IpFamily;
}

/** `shop/web-1`, or the address. */
export function nameOfPeer(peer: PolicyPeer): string {
  return peer.kind === "pod" ? `${peer.pod.namespace}/${peer.pod.name}` : peer.address;
}

/** The family of an address. */
export function familyOf(address: string): IpFamily {
  return address.includes(":") ? "IPv6" : "IPv4";
}

/** Whether two ends are one pod, whose way to itself nothing closes. */
export function isSamePod(one: PolicyPod, other: PolicyPod): boolean {
  return one === other || (one.namespace === other.namespace && one.name === other.name);
}

/** Labels that differ between the pods of one workload. */
const ownLabels = [
  "statefulset.kubernetes.io/pod-name",
  "apps.kubernetes.io/pod-index",
  "controller-uid",
  "batch.kubernetes.io/controller-uid",
  "job-name",
  "batch.kubernetes.io/job-name",
  "batch.kubernetes.io/job-completion-index",
];

/** The labels that stay when a workload makes its pods anew: without hashes and numbers, but for those that are `asked` for. */
export function stableLabels(labels: Labels, asked: ReadonlySet<string> = new Set()): Labels {
  const isStable = (key: string): boolean => asked.has(key) || !(key.endsWith("-hash") || ownLabels.includes(key));
  return Object.fromEntries(Object.entries(labels).filter(([key]) => isStable(key)));
}

/** Equal for pods that people take for one workload. Policies may tell them apart (`podKinds`). */
export function workloadKey({
  namespace,
  labels,
  hostNetwork,
}: Pick<PolicyPod, "namespace" | "labels" | "hostNetwork">): string {
  const stable = Object.entries(stableLabels(labels)).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([namespace, stable, hostNetwork]);
}
