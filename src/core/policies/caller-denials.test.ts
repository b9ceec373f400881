import { describe, expect, it } from "vitest";
import type { MeshFacts } from "../checks/facts.ts";
import type { AuthorizationFields, AuthorizationPolicyFacts } from "../checks/policy-facts.ts";
import { reachedCluster } from "../checks/reached.ts";
import { runChecks } from "../checks/run-checks.ts";
import { healthyShop } from "../testing/faults/shop.ts";
import { callerDenials } from "./caller-denials.ts";

const proxied = healthyShop();

/** The shop, whose pods have sidecars, with a policy in namespace shop of west. */
function withPolicy(action: string, ...from: readonly AuthorizationFields[]): MeshFacts {
  const policy: AuthorizationPolicyFacts = {
    namespace: "shop",
    name: "by-hand",
    action,
    targeted: false,
    rules: [{ from, to: [], conditional: false }],
  };
  return {
    ...proxied,
    clusters: proxied.clusters.map((one) =>
      one.kind === "reached"
        ? {
            ...one,
            pods: one.pods.map((pod) => (pod.namespace === "shop" ? { ...pod, proxy: true } : pod)),
            istiod: {
              ...one.istiod,
              pods: one.istiod.pods.map((pod) => ({
                ...pod,
                proxies: [
                  ...pod.proxies,
                  { namespace: "shop", name: `orders-${one.cluster}`, refused: [], behind: [] },
                ],
              })),
            },
            authorizationPolicies: one.cluster === "west" ? [policy] : [],
          }
        : one,
    ),
  };
}

function denied(facts: MeshFacts) {
  const west = reachedCluster(facts, "west");
  const orders = facts.mesh.services.find(({ name }) => name === "orders");
  if (west === undefined || orders === undefined) {
    throw new Error("the shop of the tests is in west");
  }
  return callerDenials(facts, west, orders).map(({ from, everybody }) => ({ from, everybody }));
}

describe("policies about calls between services", () => {
  it.each([
    ["denies their namespace", withPolicy("DENY", { namespaces: ["sample"] })],
    ["denies their account", withPolicy("DENY", { principals: ["cluster.local/ns/sample/sa/default"] })],
    ["lets in others only", withPolicy("ALLOW", { namespaces: ["shop"] })],
    ["denies all but others", withPolicy("DENY", { notNamespaces: ["shop"] })],
  ])("finds that nobody may call: %s", (_, facts) => {
    expect(denied(facts)).toEqual([{ from: ["sample"], everybody: true }]);
    const [found, ...more] = runChecks(facts, { pre: false }).causes;
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      code: "ISM472",
      severity: "warning",
      object: { namespace: "shop", name: "by-hand" },
    });
    expect(found?.detail).toMatch(/calls from pods in sample to shop\/orders: they end in 403/);
    expect(found?.fix).toContain("delete authorizationpolicy by-hand");
  });

  it.each([
    ["another namespace is denied", withPolicy("DENY", { namespaces: ["other"] })],
    ["they are let in", withPolicy("ALLOW", { namespaces: ["sample"] })],
    ["everybody is refused, which is another finding", withPolicy("DENY")],
  ])("finds nothing where %s", (_, facts) => {
    expect(denied(facts)).toEqual([]);
  });

  it("says nothing where a service of the ingress lets in nobody else", () => {
    const facts = withPolicy("ALLOW", { namespaces: ["istio-system"] });
    const [route] = facts.mesh.services.flatMap(({ routes }) => routes);
    const routes = route === undefined ? [] : [{ ...route, name: "front" }];
    const services = facts.mesh.services.map((one) => (one.name === "orders" ? { ...one, routes } : one));
    expect(denied({ ...facts, mesh: { ...facts.mesh, services } })).toEqual([]);
  });

  it("is an error where a route is for callers inside, and nobody may call", () => {
    const facts = withPolicy("DENY", { namespaces: ["sample"] });
    const [route] = facts.mesh.services.flatMap(({ routes }) => routes);
    const inside = route === undefined ? [] : [{ ...route, name: "inside", gateways: ["mesh"], hosts: [] }];
    const services = facts.mesh.services.map((one) => (one.name === "orders" ? { ...one, routes: inside } : one));
    const { causes } = runChecks({ ...facts, mesh: { ...facts.mesh, services } }, { pre: false });
    expect(causes.filter(({ code }) => code === "ISM472")).toMatchObject([{ severity: "error" }]);
  });
});
