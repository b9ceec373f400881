import { createHash } from "node:crypto";
import { groupBy } from "../model/group-by.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { blockOf, isAddress } from "./address-block.ts";
import type { Labels } from "../model/labels.ts";
import type { Connection, PolicyPeer, PolicyPod } from "./policy-pod.ts";

/** Labels that name what a pod is, and not which one of several: the first that is there is enough. */
const naming = ["app", "app.kubernetes.io/name", "k8s-app", "istio"] as const;

/**
 * The policies that admit these connections and nothing else beside those that
 * are there: one for the same pods and direction, a rule for each peer with the
 * ports that it needs. They are named `admit-<what>-<digits>`, with `-egress`
 * before the digits for the way out. The digits are of what they say: one that
 * is applied later never takes back what an earlier one of the same pods admits.
 */
export function admittingPolicies(connections: readonly Connection[]): readonly KubeObject[] {
  const groups = groupBy(connections, ({ pod, direction }) =>
    JSON.stringify([direction, pod.namespace, selectorOf(pod.labels)]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [admitting(first, group)];
  });
}

function admitting({ pod, direction }: Connection, group: readonly Connection[]): KubeObject {
  const selector = selectorOf(pod.labels);
  const [name = "pods"] = Object.values(selector);
  const side = direction === "ingress" ? "from" : "to";
  const byPeer = groupBy(group, ({ peer }) => JSON.stringify(peerOf(peer, pod.namespace) ?? ""));
  const rules = [...byPeer.values()].map((same): Json => {
    const peer = same[0] === undefined ? undefined : peerOf(same[0].peer, pod.namespace);
    const ports = new Map(same.map(({ port, protocol }) => [`${port}/${protocol}`, { port, protocol } satisfies Json]));
    return { ...(peer === undefined ? {} : { [side]: [peer] }), ports: [...ports.values()] };
  });
  const spec = {
    podSelector: { matchLabels: selector },
    policyTypes: [direction === "ingress" ? "Ingress" : "Egress"],
    [direction]: rules,
  };
  const words = ["admit", nameIn(name), ...(direction === "ingress" ? [] : ["egress"]), digitsOf(spec)];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: words.join("-"), namespace: pod.namespace },
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

function digitsOf(spec: object): string {
  return createHash("sha256").update(JSON.stringify(spec)).digest("hex").slice(0, 6);
}

/** Undefined: everybody, since nobody knows the address. */
function peerOf(peer: PolicyPeer, namespace: string): Json | undefined {
  if (peer.kind === "outside") {
    return isAddress(peer.address) ? block(peer.address) : undefined;
  }
  const { pod } = peer;
  if (pod.hostNetwork) {
    const [address] = pod.addresses;
    return address === undefined ? undefined : block(address);
  }
  return {
    ...(pod.namespace === namespace
      ? {}
      : { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": pod.namespace } } }),
    podSelector: { matchLabels: selectorOf(pod.labels) },
  };
}

function block(address: string): Json {
  return { ipBlock: { cidr: blockOf(address) } };
}

function selectorOf(labels: PolicyPod["labels"]): Labels {
  const key = naming.find((one) => labels[one] !== undefined);
  return key === undefined
    ? Object.fromEntries(Object.entries(labels).filter(([name]) => !name.endsWith("-hash")))
    : { [key]: labels[key] ?? "" };
}
