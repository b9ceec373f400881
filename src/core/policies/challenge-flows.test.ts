import { describe, expect, it } from "vitest";
import type { MeshFacts } from "../checks/facts.ts";
import { healthyFacts, withCluster } from "../testing/healthy-facts.ts";
import { closedFlows } from "./closed-flows.ts";
import { policyFactsOf } from "./policy-facts-of.ts";

const solver = { "acme.cert-manager.io/http01-solver": "true" };

/** The healthy mesh with a policy of these fields in istio-system of east; all of its routes are for HTTPS, by an issuer that has http01 or not. */
function withPolicy(spec: object, http01 = true): MeshFacts {
  const policy = policyFactsOf({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "by-hand", namespace: "istio-system" },
    spec: spec as { readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> } },
  });
  const facts = withCluster("east", () => ({ networkPolicies: [policy] }));
  const tls = { secretName: "s", certificate: "s", issuer: "page" };
  return {
    ...facts,
    mesh: {
      ...facts.mesh,
      http01Issuers: http01 ? ["page"] : [],
      services: facts.mesh.services.map((service) => ({
        ...service,
        routes: service.routes.map((route) => ({ ...route, tls })),
      })),
    },
  };
}

function closed(facts: MeshFacts): readonly string[] {
  return closedFlows(facts)
    .flatMap(({ one, flows }) => flows.map(({ what }) => `${one.cluster}: ${what}`))
    .filter((what) => what.includes("http01") || what.includes("from outside"));
}

describe("http01 challenges", () => {
  it("do not come to solvers that nothing is let in to", () => {
    const facts = withPolicy({ podSelector: { matchLabels: solver }, policyTypes: ["Ingress"] });
    expect(closed(facts)).toEqual([
      "east: http01 challenges from istio-ingressgateway to cert-manager's solvers at port 8089",
    ]);
  });

  it("come to them by a rule for the ingress gateway", () => {
    const from = [{ podSelector: { matchLabels: { istio: "ingressgateway" } } }];
    const ingress = [{ from, ports: [{ port: 8089, protocol: "TCP" }] }];
    expect(closed(withPolicy({ podSelector: { matchLabels: solver }, policyTypes: ["Ingress"], ingress }))).toEqual([]);
  });

  it("do not leave a gateway that nothing is let out of, to solvers and to other clusters", () => {
    const facts = withPolicy({ podSelector: { matchLabels: { istio: "ingressgateway" } }, policyTypes: ["Egress"] });
    expect(closed(facts)).toEqual([
      "east: http01 challenges from istio-ingressgateway to cert-manager's solvers at port 8089",
      expect.stringMatching(/^east: http01 challenges from istio-ingressgateway to that of west \([\d.]+:80\)$/),
    ]);
  });

  it("come in at port 80 also where all routes are for HTTPS", () => {
    const ingress = [{ ports: [{ port: 8443, protocol: "TCP" }] }];
    const spec = { podSelector: { matchLabels: { istio: "ingressgateway" } }, policyTypes: ["Ingress"], ingress };
    expect(closed(withPolicy(spec))).toContainEqual(expect.stringContaining("istio-ingressgateway at port 8080"));
    expect(closed(withPolicy(spec, false))).not.toContainEqual(expect.stringContaining("at port 8080"));
  });

  it("are no matter where no issuer has them", () => {
    const facts = withPolicy({ podSelector: { matchLabels: solver }, policyTypes: ["Ingress"] }, false);
    expect(closed(facts)).toEqual([]);
    expect(closed(healthyFacts())).toEqual([]);
  });
});
