import { describe, expect, it } from "vitest";
import type { Json } from "../model/kube-object.ts";
import { compilePolicies } from "./network-policy.ts";
import { policyFactsOf } from "./policy-facts-of.ts";
import type { PolicyPeer, PolicyPod, Protocol } from "./policy-pod.ts";
import { nameOfPeer } from "./policy-pod.ts";
import { reach } from "./reach.ts";
import { reachMatrix } from "./reach-matrix.ts";

/**
 * What Kubernetes' own end-to-end tests of NetworkPolicies expect of a network,
 * in our words: nine pods, x/a to z/c, which all listen at 80 and 81.
 * https://github.com/kubernetes/kubernetes/blob/v1.34.0/test/e2e/network/netpol/network_policy.go
 */
const namespaces = ["x", "y", "z"];
const ends: readonly PolicyPeer[] = namespaces.flatMap((namespace, row) =>
  ["a", "b", "c"].map((name, column): PolicyPeer => ({
    kind: "pod",
    pod: {
      namespace,
      name,
      labels: { pod: name },
      namespaceLabels: { ns: namespace, "kubernetes.io/metadata.name": namespace },
      addresses: [`10.1.${row}.${column + 1}`],
      hostNetwork: false,
      ports: [80, 81].flatMap((port) =>
        (["TCP", "UDP", "SCTP"] as const).map((protocol) => ({
          name: `serve-${port}-${protocol.toLowerCase()}`,
          port,
          protocol,
        })),
      ),
    },
  })),
);

type Spec = Readonly<Record<string, Json>>;

interface At {
  readonly port: number;
  readonly protocol: Protocol;
}

interface Row {
  readonly says: string;
  /** By the namespace that they are in. */
  readonly policies: readonly (readonly [namespace: string, spec: Spec])[];
  /** Between two different pods. */
  readonly isOpen: (from: string, to: string, at: At) => boolean;
}

const tcp80: At = { port: 80, protocol: "TCP" };
const probes: readonly At[] = [
  tcp80,
  { port: 81, protocol: "TCP" },
  { port: 80, protocol: "UDP" },
  { port: 81, protocol: "SCTP" },
];

const pods = (...names: readonly string[]): Json =>
  names.length === 1
    ? { matchLabels: { pod: names[0] ?? "" } }
    : { matchExpressions: [{ key: "pod", operator: "In", values: names }] };
const space = (...names: readonly string[]): Json =>
  names.length === 1
    ? { matchLabels: { ns: names[0] ?? "" } }
    : { matchExpressions: [{ key: "ns", operator: "In", values: names }] };
const into = (podSelector: Json, rule: Json): Spec => ({ podSelector, policyTypes: ["Ingress"], ingress: [rule] });
const out = (podSelector: Json, rule: Json): Spec => ({ podSelector, policyTypes: ["Egress"], egress: [rule] });
const intoX = (to: string): boolean => to.startsWith("x/");
const isTcp80 = (at: At): boolean => at.port === 80 && at.protocol === "TCP";
const dnsOut: Json = { ports: [{ protocol: "UDP", port: 53 }] };

const table: readonly Row[] = [
  { says: "no policy", policies: [], isOpen: () => true },
  {
    says: "default deny of what comes in",
    policies: [["x", { podSelector: {}, ingress: [] }]],
    isOpen: (_, to) => !intoX(to),
  },
  { says: "an empty spec, which is the same", policies: [["x", {}]], isOpen: (_, to) => !intoX(to) },
  {
    says: "null for what is not there, which is the same",
    policies: [["x", { podSelector: null, ingress: null, egress: null, policyTypes: null }]],
    isOpen: (_, to) => !intoX(to),
  },
  {
    says: "deny of both directions",
    policies: [["x", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }]],
    isOpen: (from, to) => !intoX(to) && !intoX(from),
  },
  {
    says: "an empty list of egress alone, which closes nothing on the way out",
    policies: [["x", { podSelector: {}, egress: [] }]],
    isOpen: (_, to) => !intoX(to),
  },
  {
    says: "a rule for egress and no types: both directions are closed",
    policies: [["x", { podSelector: {}, egress: [dnsOut] }]],
    isOpen: (from, to) => !intoX(to) && !intoX(from),
  },
  {
    says: "a rule whose content is commented out: everybody comes in",
    policies: [["x", { podSelector: {}, ingress: [null] }]],
    isOpen: () => true,
  },
  {
    says: "from pods of the same namespace by label",
    policies: [["x", into(pods("a"), { from: [{ podSelector: pods("b") }] })]],
    isOpen: (from, to) => to !== "x/a" || from === "x/b",
  },
  {
    says: "from a namespace by label",
    policies: [["x", into(pods("a"), { from: [{ namespaceSelector: space("y") }] })]],
    isOpen: (from, to) => to !== "x/a" || from.startsWith("y/"),
  },
  {
    says: "from any pod of namespaces by expression",
    policies: [["x", into({}, { from: [{ namespaceSelector: space("y", "z") }] })]],
    isOpen: (from, to) => !intoX(to) || !from.startsWith("x/"),
  },
  {
    says: "from pods by expression, in all namespaces",
    policies: [["x", into({}, { from: [{ namespaceSelector: {}, podSelector: pods("a", "c") }] })]],
    isOpen: (from, to) => !intoX(to) || !from.endsWith("/b"),
  },
  {
    says: "from pods or from a namespace: two peers",
    policies: [["x", into(pods("a"), { from: [{ podSelector: pods("b") }, { namespaceSelector: space("y") }] })]],
    isOpen: (from, to) => to !== "x/a" || from === "x/b" || from.startsWith("y/"),
  },
  {
    says: "from pods of a namespace: one peer with both",
    policies: [["x", into(pods("a"), { from: [{ namespaceSelector: space("y"), podSelector: pods("b") }] })]],
    isOpen: (from, to) => to !== "x/a" || from === "y/b",
  },
  {
    says: "from several pods of all namespaces but one's own",
    policies: [
      [
        "x",
        into(pods("a"), {
          from: [
            {
              namespaceSelector: { matchExpressions: [{ key: "ns", operator: "NotIn", values: ["x"] }] },
              podSelector: pods("b", "c"),
            },
          ],
        }),
      ],
    ],
    isOpen: (from, to) => to !== "x/a" || (!from.startsWith("x/") && !from.endsWith("/a")),
  },
  {
    says: "from a namespace by its name, which Kubernetes labels itself",
    policies: [
      ["x", into({}, { from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "z" } } }] })],
    ],
    isOpen: (from, to) => !intoX(to) || from.startsWith("z/"),
  },
  {
    says: "at one port",
    policies: [["x", into(pods("a"), { ports: [{ port: 80 }] })]],
    isOpen: (_, to, at) => to !== "x/a" || isTcp80(at),
  },
  {
    says: "at one port from one namespace, and at another from another: two policies add up",
    policies: [
      ["x", into(pods("a"), { ports: [{ port: 80 }], from: [{ namespaceSelector: space("y") }] })],
      ["x", into(pods("a"), { ports: [{ port: 81 }], from: [{ namespaceSelector: space("z") }] })],
    ],
    isOpen: (from, to, at) => to !== "x/a" || (at.protocol === "TCP" && from.startsWith(at.port === 80 ? "y/" : "z/")),
  },
  {
    says: "at a port by its name",
    policies: [["x", into({}, { ports: [{ port: "serve-81-tcp" }] })]],
    isOpen: (_, to, at) => !intoX(to) || (at.port === 81 && at.protocol === "TCP"),
  },
  {
    says: "at the name of a port of another protocol: nowhere",
    policies: [["x", into({}, { ports: [{ protocol: "UDP", port: "serve-80-tcp" }] })]],
    isOpen: (_, to) => !intoX(to),
  },
  {
    says: "out to a port by the destination's name of it",
    policies: [["x", out({}, { ports: [{ protocol: "UDP", port: "serve-80-udp" }] })]],
    isOpen: (from, _, at) => !intoX(from) || (at.port === 80 && at.protocol === "UDP"),
  },
  {
    says: "allow-all beside deny-all: what one admits is open",
    policies: [
      ["x", { podSelector: {}, policyTypes: ["Ingress"] }],
      ["x", into({}, {})],
    ],
    isOpen: () => true,
  },
  {
    says: "overlapping selectors: b and c are closed but for 80",
    policies: [
      ["x", into(pods("a", "b"), {})],
      ["x", into(pods("b", "c"), { ports: [{ port: 80 }] })],
    ],
    isOpen: (_, to, at) => to !== "x/c" || isTcp80(at),
  },
  {
    says: "out to pods of a namespace",
    policies: [["x", out(pods("a"), { to: [{ namespaceSelector: space("y"), podSelector: pods("a", "b") }] })]],
    isOpen: (from, to) => from !== "x/a" || to === "y/a" || to === "y/b",
  },
  {
    says: "out and in have to agree",
    policies: [
      ["x", out(pods("a"), { to: [{ namespaceSelector: space("y") }] })],
      ["y", into(pods("a"), { from: [{ namespaceSelector: space("z") }] })],
    ],
    isOpen: (from, to) => (from !== "x/a" || to.startsWith("y/")) && (to !== "y/a" || from.startsWith("z/")),
  },
  {
    says: "out to a block of addresses",
    policies: [["x", out(pods("a"), { to: [{ ipBlock: { cidr: "10.1.2.1/32" } }] })]],
    isOpen: (from, to) => from !== "x/a" || to === "z/a",
  },
  {
    says: "out to a block without a part of it",
    policies: [["x", out(pods("a"), { to: [{ ipBlock: { cidr: "10.1.2.0/24", except: ["10.1.2.0/31"] } }] })]],
    isOpen: (from, to) => from !== "x/a" || to === "z/b" || to === "z/c",
  },
  {
    says: "an address that one block leaves out and another one names is open",
    policies: [
      ["x", out(pods("a"), { to: [{ ipBlock: { cidr: "10.1.2.0/24", except: ["10.1.2.1/32"] } }] })],
      ["x", out(pods("a"), { to: [{ ipBlock: { cidr: "10.1.2.1/32" } }] })],
    ],
    isOpen: (from, to) => from !== "x/a" || to.startsWith("z/"),
  },
  {
    says: "SCTP only, which is not taken for TCP",
    policies: [["x", into({}, { ports: [{ protocol: "SCTP", port: 81 }] })]],
    isOpen: (_, to, at) => !intoX(to) || (at.port === 81 && at.protocol === "SCTP"),
  },
  {
    says: "UDP only, at any port",
    policies: [["x", into({}, { ports: [{ protocol: "UDP" }] })]],
    isOpen: (_, to, at) => !intoX(to) || at.protocol === "UDP",
  },
  {
    says: "a range of ports",
    policies: [["x", into({}, { ports: [{ port: 81, endPort: 90 }] })]],
    isOpen: (_, to, at) => !intoX(to) || (at.port === 81 && at.protocol === "TCP"),
  },
  {
    says: "a policy of a namespace without such pods",
    policies: [["x", into(pods("nobody"), {})]],
    isOpen: () => true,
  },
];

describe("NetworkPolicies, as Kubernetes' own tests expect them", () => {
  it.each(table)("$says", ({ policies, isOpen }) => {
    const set = compilePolicies(
      policies.map(([namespace, spec], index) =>
        policyFactsOf({
          apiVersion: "networking.k8s.io/v1",
          kind: "NetworkPolicy",
          metadata: { namespace, name: `p${index}` },
          spec,
        }),
      ),
    );
    for (const at of probes) {
      const matrix = reachMatrix(set, ends, at);
      const differences = ends.flatMap((from, row) =>
        ends.flatMap((to, column) => {
          const [one, other] = [nameOfPeer(from), nameOfPeer(to)];
          const expected = one === other || isOpen(one, other, at);
          const found = [matrix.isOpen(row, column), reach(set, { from, to, ...at }).open];
          return found.every((open) => open === expected)
            ? []
            : [`${one} → ${other} at ${at.protocol} ${at.port}: ${found.join(", ")}`];
        }),
      );
      expect(differences).toEqual([]);
    }
  });
});

describe("what the definition leaves to the node", () => {
  const set = compilePolicies([
    policyFactsOf({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { namespace: "x", name: "deny" },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    }),
  ]);
  const pod: PolicyPod = {
    namespace: "x",
    name: "web",
    labels: {},
    namespaceLabels: {},
    addresses: ["10.1.0.9"],
    hostNetwork: false,
    node: "one",
    ports: [],
  };
  const agent: PolicyPod = { ...pod, name: "agent", hostNetwork: true, addresses: ["192.0.2.1"] };
  const ended: PolicyPod = { ...pod, name: "job", ended: true };
  const other: PolicyPod = { ...pod, namespace: "y", name: "other" };
  const cases: readonly (readonly [string, PolicyPod, PolicyPod, boolean])[] = [
    ["a node reaches its own pods", agent, pod, true],
    ["another node does not", { ...agent, node: "two" }, pod, false],
    ["a pod in the node's network is not isolated", other, agent, true],
    ["a pod reaches itself", pod, pod, true],
    ["a pod that has ended is isolated by nothing", other, ended, true],
    ["a closed pod does not reach its node", pod, agent, false],
  ];
  it.each(cases)("%s", (_, from, to, open) => {
    const [one, two]: readonly PolicyPeer[] = [
      { kind: "pod", pod: from },
      { kind: "pod", pod: to },
    ];
    if (one === undefined || two === undefined) {
      throw new Error("there are two ends");
    }
    expect(reach(set, { from: one, to: two, ...tcp80 }).open).toBe(open);
    expect(reachMatrix(set, [one, two], tcp80).isOpen(0, 1)).toBe(open);
  });

  it("does not find the port of a native sidecar by its name", () => {
    const named = compilePolicies([
      policyFactsOf({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { namespace: "x", name: "metrics" },
        spec: { podSelector: {}, ingress: [{ ports: [{ port: "metrics" }] }] },
      }),
    ]);
    const open = (sidecar: boolean): boolean =>
      reach(named, {
        from: { kind: "pod", pod: other },
        to: {
          kind: "pod",
          pod: { ...pod, ports: [{ name: "metrics", port: 15_090, protocol: "TCP", ...(sidecar ? { sidecar } : {}) }] },
        },
        port: 15_090,
        protocol: "TCP",
      }).open;
    expect([open(false), open(true)]).toEqual([true, false]);
  });
});

describe("two families of addresses", () => {
  const pod = (name: string, ...addresses: readonly string[]): PolicyPeer => ({
    kind: "pod",
    pod: { namespace: "x", name, labels: {}, namespaceLabels: {}, addresses, hostNetwork: false, ports: [] },
  });
  const block = compilePolicies([
    policyFactsOf({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { namespace: "x", name: "four" },
      spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }] },
    }),
  ]);
  const [both, too] = [pod("one", "10.1.0.1", "fd00::1"), pod("two", "10.1.0.2", "fd00::2")];

  it("are judged one by one: a block of one family opens that family only", () => {
    const found = reach(block, { from: both, to: too, ...tcp80 });
    expect(found.open).toBe(true);
    expect(found.families.map(({ family, open }) => [family, open])).toEqual([
      ["IPv4", true],
      ["IPv6", false],
    ]);
    const isOpen = (family: "IPv4" | "IPv6"): boolean =>
      reachMatrix(block, [both, too], { ...tcp80, family }).isOpen(0, 1);
    expect([isOpen("IPv4"), isOpen("IPv6")]).toEqual([true, false]);
  });

  it("have to be shared by both ends", () => {
    expect(reach(block, { from: pod("four", "10.1.0.3"), to: pod("six", "fd00::3"), ...tcp80 })).toEqual({
      open: false,
      families: [],
    });
  });
});
