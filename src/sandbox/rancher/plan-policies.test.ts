import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { PolicyFacts } from "./plan-policies.ts";
import { planPolicies } from "./plan-policies.ts";

function service(namespace: string, name: string, spec: KubeObject["spec"] & object): KubeObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace, uid: `uid-${name}` }, spec };
}

const facts: PolicyFacts = {
  systemProject: "p-system",
  namespaces: [
    { name: "kube-system", uid: "1", project: "p-system" },
    { name: "istio-system", uid: "2", project: "p-mesh" },
    { name: "free", uid: "3", project: "" },
  ],
  podRanges: ["10.42.1.0/24", "10.42.0.0/24"],
  services: [],
  policies: [],
};

function names(changes: Partial<PolicyFacts> = {}): readonly string[] {
  return planPolicies({ ...facts, ...changes }).map((one) => `${one.metadata.namespace ?? ""}/${one.metadata.name}`);
}

describe("planPolicies", () => {
  it("isolates namespaces of a project, opens those of the system project, leaves the rest alone", () => {
    expect(names()).toEqual(["kube-system/np-default-allow-all", "istio-system/np-default", "istio-system/hn-nodes"]);
  });

  it("lets in the own project and the system project only", () => {
    const policy = planPolicies(facts).find((one) => one.metadata.name === "np-default");
    expect(policy).toMatchObject({
      metadata: { labels: { "cattle.io/creator": "norman", "field.cattle.io/projectId": "p-mesh" } },
      spec: {
        podSelector: {},
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [
              { namespaceSelector: { matchLabels: { "field.cattle.io/projectId": "p-mesh" } } },
              { namespaceSelector: { matchLabels: { "field.cattle.io/projectId": "p-system" } } },
            ],
          },
        ],
      },
    });
  });

  it("lets in each node by the first address of its pod range, in order; without nodes makes no such policy", () => {
    const policy = planPolicies(facts).find((one) => one.metadata.name === "hn-nodes");
    expect(policy?.["spec"]).toMatchObject({
      ingress: [{ from: [{ ipBlock: { cidr: "10.42.0.0/32" } }, { ipBlock: { cidr: "10.42.1.0/32" } }] }],
    });
    expect(names({ podRanges: [] })).not.toContain("istio-system/hn-nodes");
  });

  it("opens the target ports of services with node ports, in every namespace but the system project's", () => {
    const ports = [
      { port: 443, targetPort: 8443, nodePort: 30002 },
      { port: 80, nodePort: 30001, protocol: "TCP" },
      { port: 15021, targetPort: 15021 },
    ];
    const services = [
      service("istio-system", "gateway", { type: "LoadBalancer", selector: { istio: "ingress" }, ports }),
      service("free", "web", { type: "NodePort", ports }),
      service("istio-system", "istiod", { ports: [{ port: 15012 }] }),
      service("kube-system", "dns", { ports }),
    ];
    expect(names({ services }).filter((one) => /\/np-(?!default)/.test(one))).toEqual([
      "istio-system/np-gateway",
      "free/np-web",
    ]);
    const planned = planPolicies({ ...facts, services });
    expect(planned.find((one) => one.metadata.name === "np-gateway")?.["spec"]).toEqual({
      podSelector: { matchLabels: { istio: "ingress" } },
      ingress: [
        {
          ports: [
            { protocol: "TCP", port: 80 },
            { protocol: "TCP", port: 8443 },
          ],
        },
      ],
      policyTypes: ["Ingress"],
    });
    expect(planned.find((one) => one.metadata.name === "np-web")?.["spec"]).toMatchObject({ podSelector: {} });
  });

  it("adds nothing to a system namespace in which somebody made a policy", () => {
    const mine = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "mine", namespace: "kube-system" },
    };
    expect(names({ policies: [mine] })).not.toContain("kube-system/np-default-allow-all");
  });
});
