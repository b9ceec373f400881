import { describe, expect, it } from "vitest";
import { admittingPolicies } from "./admitting-policies.ts";
import type { Connection, PolicyPod } from "./policy-pod.ts";
import { closingPolicies, compilePolicies } from "./network-policy.ts";
import { policyFactsOf } from "./policy-facts-of.ts";

function pod(namespace: string, labels: Readonly<Record<string, string>>): PolicyPod {
  return {
    namespace,
    name: `${Object.values(labels).join("-")}-1`,
    labels: { ...labels, "pod-template-hash": "6c664fc9bb" },
    namespaceLabels: { "kubernetes.io/metadata.name": namespace },
    addresses: ["10.42.0.7"],
    hostNetwork: false,
    ports: [],
  };
}

const hello = pod("sample", { app: "helloworld", version: "v1" });
const ingress = pod("istio-system", { app: "istio-ingressgateway", istio: "ingressgateway" });
const bare = pod("sample", { run: "job" });
const tcp = { port: 5000, protocol: "TCP" } as const;

const connections: readonly Connection[] = [
  { pod: hello, direction: "ingress", peer: { kind: "pod", pod: ingress }, ...tcp },
  { pod: hello, direction: "ingress", peer: { kind: "pod", pod: ingress }, port: 5001, protocol: "TCP" },
  { pod: hello, direction: "ingress", peer: { kind: "outside", address: "" }, port: 15021, protocol: "TCP" },
  { pod: hello, direction: "egress", peer: { kind: "outside", address: "203.0.113.7" }, port: 15443, protocol: "TCP" },
  { pod: hello, direction: "egress", peer: { kind: "outside", address: "2001:db8::1" }, port: 53, protocol: "UDP" },
  { pod: hello, direction: "egress", peer: { kind: "pod", pod: bare }, ...tcp },
  { pod: ingress, direction: "egress", peer: { kind: "pod", pod: { ...hello, hostNetwork: true } }, ...tcp },
];

/** Everything is closed, in both namespaces and directions. */
const closed = ["sample", "istio-system"].map((namespace) =>
  policyFactsOf({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "deny-all", namespace },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  }),
);

const around = { pods: [hello, ingress, bare], policies: closed };

describe("the policies that admit connections", () => {
  it("open each of them beside policies that close everything", () => {
    const admitting = admittingPolicies(connections, around).policies.map(policyFactsOf);
    for (const connection of connections) {
      expect(closingPolicies(compilePolicies(closed), connection)).toHaveLength(1);
      expect(closingPolicies(compilePolicies([...closed, ...admitting]), connection)).toEqual([]);
    }
  });

  it("open nothing else", () => {
    const admitting = admittingPolicies(connections, around).policies.map(policyFactsOf);
    const [first] = connections;
    const other =
      first === undefined ? [] : [{ ...first, port: 8080 }, { ...first, peer: { kind: "pod", pod: bare } } as const];
    for (const connection of other) {
      expect(closingPolicies(compilePolicies([...closed, ...admitting]), connection)).not.toEqual([]);
    }
  });

  it("are one for the same pods and direction, with a rule for each peer, and outlive the pods", () => {
    const found = admittingPolicies(connections, around).policies;
    expect(
      found.map(({ metadata }) => `${metadata.namespace}/${metadata.name.replace(/-[0-9a-f]{6}$/, "-…")}`),
    ).toEqual([
      "sample/admit-helloworld-…",
      "sample/admit-helloworld-egress-…",
      "istio-system/admit-istio-ingressgateway-egress-…",
    ]);
    expect(JSON.stringify(found)).not.toContain("6c664fc9bb");
    expect(found[0]?.["spec"]).toMatchObject({
      ingress: [{ ports: [{ port: 5000 }, { port: 5001 }] }, { ports: [{ port: 15021, protocol: "TCP" }] }],
    });
  });

  it("have a name that API servers take, and another one for what else the same pods need", () => {
    const odd = pod("sample", { app: "My_App.v2" });
    const [first] = connections;
    if (first === undefined) {
      throw new Error("there are connections");
    }
    const nameOf = (port: number): string | undefined =>
      admittingPolicies([{ ...first, pod: odd, port }], around).policies[0]?.metadata.name;
    expect(nameOf(5000)).toMatch(/^admit-my-app-v2-[0-9a-f]{6}$/);
    expect(nameOf(5000)).toBe(nameOf(5000));
    expect(nameOf(5000)).not.toBe(nameOf(9090));
  });

  describe("beside pods that are nearly the same", () => {
    const ports = { direction: "ingress", peer: { kind: "pod", pod: ingress }, ...tcp } as const;
    const [one, two] = ["v1", "v2"].map((version) => pod("sample", { app: "helloworld", version }));
    const inTwo = two === undefined ? [] : [{ ...ports, pod: two }];
    const selectorsOf = (
      asked: readonly Connection[],
      pods: readonly PolicyPod[],
      policies = closed,
    ): readonly unknown[] =>
      admittingPolicies(asked, { pods, policies }).policies.map(
        ({ spec }) => (spec as { podSelector: object }).podSelector,
      );

    it("are for all of them where all need the same", () => {
      const inOne = one === undefined ? [] : [{ ...ports, pod: one }];
      expect(selectorsOf([...inOne, ...inTwo], [hello, bare])).toEqual([{ matchLabels: { app: "helloworld" } }]);
    });

    it("leave another version alone, which they would isolate", () => {
      expect(selectorsOf(inTwo, [hello, bare])).toEqual([{ matchLabels: { app: "helloworld", version: "v2" } }]);
      const [found] = admittingPolicies(
        inTwo.map((way) => ({ ...way, pod: ingress, direction: "egress", peer: { kind: "pod", pod: way.pod } })),
        { pods: [hello, bare], policies: closed },
      ).policies;
      expect(found?.["spec"]).toMatchObject({
        egress: [{ to: [{ podSelector: { matchLabels: { app: "helloworld", version: "v2" } } }] }],
      });
    });

    it("go by a hash where a policy does", () => {
      const next = { ...hello, name: "next", labels: { ...hello.labels, "pod-template-hash": "7d9f" } };
      const byHash = policyFactsOf({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "next", namespace: "sample" },
        spec: { podSelector: { matchLabels: { "pod-template-hash": "7d9f" } } },
      });
      expect(selectorsOf([{ ...ports, pod: next }], [hello, next], [byHash])).toEqual([
        { matchLabels: { app: "helloworld", "pod-template-hash": "7d9f" } },
      ]);
    });

    it("name those that no label tells apart", () => {
      const twin = { ...hello, name: "twin", addresses: ["10.42.7.7"] };
      const byAddress = policyFactsOf({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "by-address", namespace: "istio-system" },
        spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "10.42.7.0/24" } }] }] },
      });
      const found = admittingPolicies([{ ...ports, pod: hello }], {
        pods: [hello, twin],
        policies: [...closed, byAddress],
      });
      expect(found.taken).toEqual(["sample/twin"]);
    });

    const canary = pod("sample", { app: "helloworld", version: "v1", track: "canary" });
    const onlyStable = policyFactsOf({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "stable", namespace: "sample" },
      spec: {
        podSelector: {
          matchLabels: { app: "helloworld" },
          matchExpressions: [{ key: "track", operator: "DoesNotExist" }],
        },
      },
    });

    it("leave alone one that has all of their labels and more", () => {
      const { policies, taken } = admittingPolicies([{ ...ports, pod: hello }], {
        pods: [hello, canary],
        policies: [onlyStable],
      });
      expect(policies[0]?.["spec"]).toMatchObject({
        podSelector: {
          matchLabels: { app: "helloworld" },
          matchExpressions: [{ key: "track", operator: "DoesNotExist" }],
        },
      });
      expect(taken).toEqual([]);
      const set = compilePolicies([onlyStable, ...policies.map(policyFactsOf)]);
      const anybody = { kind: "outside", address: "198.51.100.9" } as const;
      expect(closingPolicies(set, { ...ports, pod: canary, peer: anybody, port: 9999 })).toEqual([]);
      expect(closingPolicies(set, { ...ports, pod: hello })).toEqual([]);
    });

    it("are not printed where they would isolate one that no label tells apart", () => {
      const twin = { ...hello, name: "twin", labels: { ...hello.labels, "pod-template-hash": "7d9f" } };
      const byHash = policyFactsOf({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "by-hash", namespace: "sample" },
        spec: { podSelector: { matchLabels: { app: "other" } }, ingress: [{ ports: [{ port: "http" }] }] },
      });
      const named = { ...hello, ports: [{ name: "http", port: 5000, protocol: "TCP" }] };
      const found = admittingPolicies([{ ...ports, pod: named }], { pods: [named, twin], policies: [byHash] });
      expect([found.policies, found.spared]).toEqual([[], ["sample/twin"]]);
    });

    it("never select a whole namespace for a pod without labels, which is admitted by its address elsewhere", () => {
      const nameless = { ...hello, name: "nameless", labels: {} };
      const { policies, unlabelled } = admittingPolicies(
        [
          { ...ports, pod: nameless },
          { ...ports, pod: hello, peer: { kind: "pod", pod: nameless } },
        ],
        around,
      );
      expect(unlabelled).toEqual(["sample/nameless"]);
      expect(policies.map(({ spec }) => spec)).toEqual([
        {
          podSelector: { matchLabels: { app: "helloworld" } },
          policyTypes: ["Ingress"],
          ingress: [{ from: [{ ipBlock: { cidr: "10.42.0.7/32" } }], ports: [{ port: 5000, protocol: "TCP" }] }],
        },
      ]);
    });
  });
});
