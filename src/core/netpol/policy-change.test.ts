import { describe, expect, it } from "vitest";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { idOf } from "../model/kube-object.ts";
import type { PolicyPod } from "../policies/policy-pod.ts";
import { policyFactsOf } from "../policies/policy-facts-of.ts";
import { policyChange } from "./policy-change.ts";
import type { PolicyWorld } from "./policy-world.ts";

function pod(namespace: string, name: string, port?: number): PolicyPod {
  return {
    namespace,
    name: `${name}-5c8d-abcde`,
    labels: { app: name, "pod-template-hash": "5c8d" },
    namespaceLabels: { "kubernetes.io/metadata.name": namespace },
    addresses: [`10.42.0.${namespace.length + name.length}`],
    hostNetwork: false,
    ports: port === undefined ? [] : [{ port, protocol: "TCP" }],
  };
}

function policy(name: string, spec: Json): KubeObject {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { namespace: "shop", name }, spec };
}

const world: PolicyWorld = {
  kind: "reached",
  cluster: "west",
  network: "west-net",
  pods: [pod("shop", "web", 8080), pod("shop", "db", 5432), pod("monitoring", "prometheus")],
  services: [],
  policies: [],
  otherPolicies: [],
};
const onlyWeb = policy("db", {
  podSelector: { matchLabels: { app: "db" } },
  policyTypes: ["Ingress"],
  ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }], ports: [{ port: 5432 }] }],
});

describe("a change of NetworkPolicies", () => {
  it("closes what the first policy of a pod does not admit", () => {
    expect(policyChange(world, [onlyWeb])).toEqual({
      opens: [],
      closes: [
        { to: "shop/db", port: 5432, protocol: "TCP", from: ["monitoring/prometheus", "outside of the cluster"] },
      ],
    });
  });

  it("opens what another policy admits beside it", () => {
    const there = { ...world, policies: [policyFactsOf(policy("deny", { podSelector: {} })), policyFactsOf(onlyWeb)] };
    const metrics = policy("metrics", {
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }] }],
    });
    expect(policyChange(there, [metrics])).toEqual({
      opens: [
        { to: "shop/db", port: 5432, protocol: "TCP", from: ["monitoring/prometheus"] },
        { to: "shop/web", port: 8080, protocol: "TCP", from: ["monitoring/prometheus"] },
      ],
      closes: [],
    });
  });

  it("changes nothing where the policy is there already, or another one closes it all the same", () => {
    const there = { ...world, policies: [policyFactsOf(onlyWeb)] };
    expect(policyChange(there, [onlyWeb])).toEqual({ opens: [], closes: [] });
  });

  it("may both open and close, when a policy is written anew", () => {
    const there = { ...world, policies: [policyFactsOf(onlyWeb)] };
    const onlyMonitoring = policy("db", {
      podSelector: { matchLabels: { app: "db" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }] }],
    });
    expect(policyChange(there, [onlyMonitoring])).toEqual({
      opens: [{ to: "shop/db", port: 5432, protocol: "TCP", from: ["monitoring/prometheus"] }],
      closes: [{ to: "shop/db", port: 5432, protocol: "TCP", from: ["shop/web"] }],
    });
  });

  it("opens what the last policy of a pod closed when it is deleted, and nothing where another one still does", () => {
    const there = { ...world, policies: [policyFactsOf(onlyWeb)] };
    expect(policyChange(there, [], [idOf(onlyWeb)])).toEqual({
      opens: policyChange(world, [onlyWeb]).closes,
      closes: [],
    });
    const deny = policyFactsOf(policy("deny", { podSelector: {} }));
    expect(policyChange({ ...there, policies: [...there.policies, deny] }, [], [idOf(onlyWeb)])).toEqual({
      opens: [],
      closes: [{ to: "shop/db", port: 5432, protocol: "TCP", from: ["shop/web"] }],
    });
  });

  it("tells the way out too", () => {
    const quiet = policy("quiet", { podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Egress"] });
    expect(policyChange(world, [quiet]).closes).toEqual([
      { to: "shop/db", port: 5432, protocol: "TCP", from: ["shop/web"] },
      { to: "outside of the cluster", port: 443, protocol: "TCP", from: ["shop/web"] },
    ]);
  });
});
