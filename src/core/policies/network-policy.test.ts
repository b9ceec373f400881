import { describe, expect, it } from "vitest";
import type { NetworkPeer, NetworkPolicyFacts, NetworkPort } from "../checks/policy-facts.ts";
import type { Connection, PolicyPod } from "./policy-pod.ts";
import { compilePolicies, closingPolicies as closing, judgeSide } from "./network-policy.ts";

const closingPolicies = (
  policies: readonly NetworkPolicyFacts[],
  connection: Connection,
): readonly NetworkPolicyFacts[] => closing(compilePolicies(policies), connection);

const all = { matchLabels: {}, matchExpressions: [] };
const labelled = (matchLabels: Readonly<Record<string, string>>): typeof all => ({ ...all, matchLabels });

const web: PolicyPod = {
  namespace: "shop",
  name: "web-1",
  labels: { app: "web" },
  namespaceLabels: { team: "blue" },
  addresses: ["10.42.0.7"],
  hostNetwork: false,
  ports: [
    { name: "http", port: 8080, protocol: "TCP" },
    { name: "http", port: 9090, protocol: "UDP" },
  ],
};
const gateway: PolicyPod = {
  ...web,
  namespace: "istio-system",
  labels: { istio: "ingressgateway", tier: "edge" },
  namespaceLabels: { team: "mesh" },
  addresses: ["10.42.1.3"],
};

const incoming: Connection = {
  pod: web,
  direction: "ingress",
  peer: { kind: "pod", pod: gateway },
  port: 8080,
  protocol: "TCP",
};

function policy(change: Partial<NetworkPolicyFacts>): NetworkPolicyFacts {
  return {
    namespace: "shop",
    name: "p",
    podSelector: all,
    types: { ingress: true, egress: false },
    ingress: [],
    egress: [],
    ...change,
  };
}

const from = (...peers: readonly NetworkPeer[]): NetworkPolicyFacts => policy({ ingress: [{ peers, ports: [] }] });
const at = (...ports: readonly NetworkPort[]): NetworkPolicyFacts => policy({ ingress: [{ peers: [], ports }] });
const outside = (address: string): Connection => ({ ...incoming, peer: { kind: "outside", address } });

/** What the policy is, the connection, and whether it comes about. */
const table: readonly (readonly [string, NetworkPolicyFacts, Connection, boolean])[] = [
  ["no rule", policy({}), incoming, false],
  ["another namespace", policy({ namespace: "other" }), incoming, true],
  ["other pods", policy({ podSelector: labelled({ app: "batch" }) }), incoming, true],
  ["the other direction", policy({ types: { ingress: false, egress: true } }), incoming, true],
  ["a pod in the node's network", policy({}), { ...incoming, pod: { ...web, hostNetwork: true } }, true],
  ["everybody", from(), incoming, true],
  ["pods of its own namespace only", from({ podSelector: all }), incoming, false],
  ["all namespaces", from({ namespaceSelector: all }), incoming, true],
  ["a namespace by label", from({ namespaceSelector: labelled({ team: "mesh" }) }), incoming, true],
  [
    "other pods of that namespace",
    from({ namespaceSelector: labelled({ team: "mesh" }), podSelector: labelled({ app: "x" }) }),
    incoming,
    false,
  ],
  [
    "that namespace or those pods",
    from({ namespaceSelector: labelled({ team: "mesh" }) }, { podSelector: labelled({ app: "x" }) }),
    incoming,
    true,
  ],
  [
    "pods whose label has one of several values",
    from({
      namespaceSelector: all,
      podSelector: { matchLabels: {}, matchExpressions: [{ key: "tier", operator: "In", values: ["edge", "core"] }] },
    }),
    incoming,
    true,
  ],
  [
    "pods without a label that is there",
    from({
      namespaceSelector: all,
      podSelector: { matchLabels: {}, matchExpressions: [{ key: "tier", operator: "DoesNotExist", values: [] }] },
    }),
    incoming,
    false,
  ],
  [
    "pods that lack a label which must not have a value",
    from({
      namespaceSelector: all,
      podSelector: { matchLabels: {}, matchExpressions: [{ key: "zone", operator: "NotIn", values: ["a"] }] },
    }),
    incoming,
    true,
  ],
  ["an empty value of a label that is missing", policy({ podSelector: labelled({ gone: "" }) }), incoming, true],
  ["a block with the pod's address", from({ ipBlock: { cidr: "10.42.0.0/16", except: [] } }), incoming, true],
  [
    "a block without a part of it",
    from({ ipBlock: { cidr: "10.42.0.0/16", except: ["10.42.1.0/24"] } }),
    incoming,
    false,
  ],
  [
    "an outside address in a block",
    from({ ipBlock: { cidr: "203.0.113.0/24", except: [] } }),
    outside("203.0.113.9"),
    true,
  ],
  [
    "an outside address in no block",
    from({ ipBlock: { cidr: "203.0.113.0/24", except: [] } }),
    outside("198.51.100.9"),
    false,
  ],
  [
    "an outside address that is not known",
    from({ ipBlock: { cidr: "203.0.113.0/24", except: [] } }),
    outside(""),
    true,
  ],
  ["pods only, for somebody outside", from({ namespaceSelector: all }), outside(""), false],
  ["the port", at({ protocol: "TCP", port: 8080 }), incoming, true],
  ["another port", at({ protocol: "TCP", port: 80 }), incoming, false],
  ["the port of another protocol", at({ protocol: "UDP", port: 8080 }), incoming, false],
  ["all ports of the protocol", at({ protocol: "TCP" }), incoming, true],
  ["a range with the port", at({ protocol: "TCP", port: 8000, endPort: 8090 }), incoming, true],
  ["a range below the port", at({ protocol: "TCP", port: 8000, endPort: 8079 }), incoming, false],
  ["the port's name", at({ protocol: "TCP", port: "http" }), incoming, true],
  ["the name of another port", at({ protocol: "UDP", port: "http" }), incoming, false],
];

describe("a network policy", () => {
  it.each(table)("that admits or closes %s", (_, one, connection, open) => {
    expect(closingPolicies([one], connection)).toEqual(open ? [] : [one]);
  });

  it("adds to the others: one that admits is enough, and all that close are named", () => {
    const closing = policy({ name: "deny" });
    expect(closingPolicies([closing, at({ protocol: "TCP", port: 8080 })], incoming)).toEqual([]);
    expect(closingPolicies([closing, policy({ name: "too" })], incoming)).toHaveLength(2);
  });

  it("names ports of the pod that is connected to, also on the way out", () => {
    const out: Connection = { ...incoming, pod: gateway, direction: "egress", peer: { kind: "pod", pod: web } };
    const named = policy({
      namespace: "istio-system",
      types: { ingress: false, egress: true },
      egress: [{ peers: [], ports: [{ protocol: "TCP", port: "http" }] }],
    });
    expect(closingPolicies([named], out)).toEqual([]);
    expect(closingPolicies([named], { ...out, port: 80 })).toEqual([named]);
  });
});

describe("an address that nobody knows", () => {
  const documentation = { ipBlock: { cidr: "192.0.2.0/24", except: [] } };
  const unsureOf = (policies: readonly NetworkPolicyFacts[], address: string): boolean | undefined =>
    judgeSide(compilePolicies(policies), outside(address)).unsure;

  it.each([
    ["blocks of addresses alone", [from(documentation)], "", true],
    ["them alone, and the address is a name", [from(documentation)], "lb.example.com", true],
    ["all addresses but some", [from({ ipBlock: { cidr: "0.0.0.0/0", except: ["192.0.2.0/24"] } })], "", true],
    ["a block and pods", [from(documentation, { podSelector: all })], "", true],
    ["all addresses", [from({ ipBlock: { cidr: "0.0.0.0/0", except: [] } })], "", undefined],
    ["all addresses of version 6", [from({ ipBlock: { cidr: "::/0", except: [] } })], "", undefined],
    ["everybody, by a rule of another policy", [from(documentation), from()], "", undefined],
    ["a block, and the address is known", [from(documentation)], "192.0.2.7", undefined],
    ["nobody", [policy({})], "", undefined],
    ["everybody, since no policy is there", [], "", undefined],
  ])("where rules admit %s", (_, policies, address, unsure) => {
    expect(unsureOf(policies, address)).toBe(unsure);
  });
});
