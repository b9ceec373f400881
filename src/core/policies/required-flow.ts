import type { ReachedCluster } from "../checks/facts.ts";
import type { BesidePod, PodFacts } from "../checks/pod-facts.ts";
import type { Subject } from "../checks/subjects.ts";
import type { Connection, PolicyPod } from "./policy-pod.ts";

/** A connection without which the mesh does not work, and what it is for. */
export interface RequiredFlow extends Connection {
  /** "requests of istio-ingressgateway to sample/helloworld at port 5000". */
  readonly what: string;
  /** What does not work without it. */
  readonly breaks: readonly Subject[];
  /** True for what works without it, or only somebody knows whether it is wanted. */
  readonly optional?: boolean;
  /** `namespace/name` of the services that are proven from inside with it; left out where requests of others need it. isthmus renders no policy for it. */
  readonly proves?: readonly string[];
}

/** The way out of one pod and the way into another: the policies of both decide. */
export function bothEnds(
  from: PolicyPod,
  to: PolicyPod,
  common: Omit<RequiredFlow, "pod" | "direction" | "peer">,
): readonly RequiredFlow[] {
  return [
    { ...common, pod: from, direction: "egress", peer: { kind: "pod", pod: to } },
    { ...common, pod: to, direction: "ingress", peer: { kind: "pod", pod: from } },
  ];
}

/** The pods that answer look-ups of names in the cluster. */
export function dnsPods({ system: { dns, labels } }: ReachedCluster): readonly PolicyPod[] {
  return (dns?.pods ?? []).map((pod) => ({
    ...pod,
    namespaceLabels: { "kubernetes.io/metadata.name": pod.namespace, ...labels },
  }));
}

/** The pod as policies see it, with the labels of its namespace. */
export function asPolicyPod(one: ReachedCluster, pod: PodFacts | BesidePod): PolicyPod {
  return { ...pod, namespaceLabels: namespaceLabels(one, pod.namespace) };
}

/** The labels of a namespace of the facts; its name alone where they do not have it. */
export function namespaceLabels(one: ReachedCluster, name: string): Readonly<Record<string, string>> {
  return {
    "kubernetes.io/metadata.name": name,
    ...one.namespaces.find((namespace) => namespace.name === name)?.labels,
  };
}
