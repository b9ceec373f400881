import { expect, it } from "vitest";
import { closed, closedToProofs } from "../checks/policies/closed.ts";
import { networkPolicies } from "../checks/policies/network-policies.ts";
import type { Finding } from "../checks/check.ts";
import type { MeshFacts } from "../checks/facts.ts";
import type { NetworkPolicyFacts } from "../checks/policy-facts.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { healthyFacts, withCluster } from "../testing/healthy-facts.ts";
import { policyFactsOf } from "./policy-facts-of.ts";

const denyAll = policyFactsOf({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "default-deny", namespace: "sample" },
  spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
});

/** The healthy mesh, whose service only callers inside reach, with these policies in west. */
function insideOnly(policies: readonly NetworkPolicyFacts[]): MeshFacts {
  const facts = withCluster("west", () => ({ networkPolicies: policies }));
  const services = facts.mesh.services.map((service) => ({ ...service, routes: [] }));
  return { ...facts, mesh: { ...facts.mesh, services } };
}

/** The policies that a fix prints, as the cluster has them once its command has run. */
function printedBy(findings: readonly Finding[]): readonly NetworkPolicyFacts[] {
  return findings.flatMap(({ fix = "" }) =>
    [...fix.matchAll(/echo '(?<list>\{.*\})' \| kubectl/g)].flatMap(({ groups }) =>
      (JSON.parse(groups?.["list"] ?? "") as { readonly items: readonly KubeObject[] }).items.map(policyFactsOf),
    ),
  );
}

it("has what a default-deny closes admitted by the printed policies for the pod of a proof as for the service's own", () => {
  const found = networkPolicies.run(insideOnly([denyAll]));
  expect(found.map(({ code, cluster }) => `${code} ${cluster}`)).toEqual(["ISM448 west"]);
  expect(found[0]?.detail).toContain("connections of the pods by which isthmus verify asks in sample to istiod");
  const after = insideOnly([denyAll, ...printedBy(found)]);
  expect([networkPolicies.run(after), closed.run(after), closedToProofs(after)]).toEqual([[], [], []]);
});

it("names what is closed to that pod alone where the service's own pods are admitted, and prints what admits it", () => {
  const ofService = printedBy(networkPolicies.run(insideOnly([denyAll]))).filter(
    ({ podSelector }) => podSelector.matchLabels["isthmus.dev/probe"] === undefined,
  );
  const facts = insideOnly([denyAll, ...ofService]);
  expect(networkPolicies.run(facts)).toEqual([]);
  const [found, ...more] = closedToProofs(facts);
  expect(more).toEqual([]);
  expect(found?.proves).toEqual(["sample/helloworld"]);
  const { detail = "", fix = "", cluster } = found?.finding ?? {};
  expect(cluster).toBe("west");
  for (const what of ["istiod at port 15012", "look-ups of names", "the east-west gateway of east"]) {
    expect(detail).toContain(what);
  }
  // What an apply writes has no policy for it.
  expect(fix).not.toContain("spec.hardening.networkPolicies");
  const after = insideOnly([denyAll, ...ofService, ...printedBy(closed.run(facts))]);
  expect([closed.run(after), closedToProofs(after)]).toEqual([[], []]);
});

it("asks nothing of policies for a pod that no proof makes: of services whose routes are all for outside", () => {
  const facts = healthyFacts();
  const routed = withCluster("west", () => ({ networkPolicies: [denyAll] }));
  expect(facts.mesh.services.every(({ routes }) => routes.length > 0)).toBe(true);
  expect(closedToProofs(routed)).toEqual([]);
});
