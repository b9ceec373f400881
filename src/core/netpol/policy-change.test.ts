import { describe, expect, it } from "vitest";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { idOf } from "../model/kube-object.ts";
import type { PolicyPod } from "../policies/policy-pod.ts";
import { policyFactsOf } from "../policies/policy-facts-of.ts";
import { allPorts } from "./outside-rules.ts";
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

const none = { opens: [], closes: [] };

describe("a change of NetworkPolicies", () => {
  it("closes what the first policy of a pod does not admit", () => {
    expect(policyChange(world, [onlyWeb])).toEqual({
      opens: [],
      closes: [{ to: "shop/db", port: 5432, protocol: "TCP", from: ["monitoring/prometheus"] }],
      outside: {
        opens: [],
        closes: [
          {
            direction: "ingress",
            pods: ["shop/db"],
            everywhere: true,
            blocks: [],
            but: [],
            ports: [{ protocol: "TCP", from: 5432, to: 5432 }],
            except: [],
          },
        ],
      },
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
      outside: none,
    });
  });

  it("changes nothing where the policy is there already, or another one closes it all the same", () => {
    const there = { ...world, policies: [policyFactsOf(onlyWeb)] };
    expect(policyChange(there, [onlyWeb])).toEqual({ ...none, outside: none });
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
      outside: none,
    });
  });

  it("opens what the last policy of a pod closed when it is deleted, and nothing where another one still does", () => {
    const there = { ...world, policies: [policyFactsOf(onlyWeb)] };
    const written = policyChange(world, [onlyWeb]);
    expect(policyChange(there, [], [idOf(onlyWeb)])).toEqual({
      opens: written.closes,
      closes: [],
      outside: { opens: written.outside.closes, closes: [] },
    });
    const deny = policyFactsOf(policy("deny", { podSelector: {} }));
    expect(policyChange({ ...there, policies: [...there.policies, deny] }, [], [idOf(onlyWeb)])).toEqual({
      opens: [],
      closes: [{ to: "shop/db", port: 5432, protocol: "TCP", from: ["shop/web"] }],
      outside: none,
    });
  });

  it("leaves out the probe pods of a verify that runs meanwhile", () => {
    const probe = { ...pod("shop", "isthmus-probe"), labels: { "isthmus.dev/probe": "verify" } };
    expect(policyChange({ ...world, pods: [...world.pods, probe] }, [onlyWeb])).toEqual(policyChange(world, [onlyWeb]));
  });

  it("tells the way out too", () => {
    const quiet = policy("quiet", { podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Egress"] });
    const { closes, outside } = policyChange(world, [quiet]);
    expect(closes).toEqual([{ to: "shop/db", port: 5432, protocol: "TCP", from: ["shop/web"] }]);
    expect(outside.closes).toMatchObject([
      { direction: "egress", pods: ["shop/web"], everywhere: true, ports: allPorts, except: [] },
    ]);
  });

  it("tells what opens to more of the outside where some of it was open before", () => {
    const from = (...peers: readonly string[]): KubeObject =>
      policy("db", {
        podSelector: { matchLabels: { app: "db" } },
        policyTypes: ["Ingress"],
        ingress: [peers.length === 0 ? {} : { from: peers.map((cidr) => ({ ipBlock: { cidr } })) }],
      });
    const there = { ...world, policies: [policyFactsOf(from("192.0.2.0/24"))] };
    expect(policyChange(there, [from()]).outside).toMatchObject({
      opens: [{ direction: "ingress", pods: ["shop/db"], everywhere: true, but: ["192.0.2.0/24"], except: [] }],
      closes: [],
    });
  });

  it("tells of one port that closes on the way out while others stay", () => {
    const out = (...ports: readonly number[]): KubeObject =>
      policy("out", {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [{ ports: ports.map((port) => ({ port })) }],
      });
    const there = { ...world, policies: [policyFactsOf(out(443, 5432, 6443))] };
    expect(policyChange(there, [out(443)]).outside).toMatchObject({
      opens: [],
      closes: [
        {
          direction: "egress",
          pods: ["shop/db", "shop/web"],
          everywhere: true,
          ports: [
            { protocol: "TCP", from: 5432, to: 5432 },
            { protocol: "TCP", from: 6443, to: 6443 },
          ],
        },
      ],
    });
  });

  it("names the pods of a workload that a policy tells apart by a hash, or by their addresses", () => {
    const [web, db] = [pod("shop", "web", 8080), pod("shop", "db")];
    const rolled = {
      ...web,
      name: "web-7d9f-fghij",
      labels: { app: "web", "pod-template-hash": "7d9f" },
      addresses: ["10.42.7.1"],
    };
    const rollout = { ...world, pods: [db, web, rolled] };
    const byHash = policy("hash", { podSelector: { matchLabels: { "pod-template-hash": "7d9f" } } });
    expect(policyChange(rollout, [byHash]).closes).toEqual([
      { to: "shop/web-7d9f-fghij", port: 8080, protocol: "TCP", from: ["shop/db", "shop/web-5c8d-abcde"] },
    ]);
    const byAddress = policy("address", {
      podSelector: { matchLabels: { app: "db" } },
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "10.42.0.0/16", except: ["10.42.7.0/24"] } }] }],
    });
    expect(policyChange(rollout, [byAddress]).closes).toEqual([
      { to: "shop/web-7d9f-fghij", port: 8080, protocol: "TCP", from: ["shop/db"] },
    ]);
  });
});
