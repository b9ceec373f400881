import { expect, it } from "vitest";
import { withUnservedRules } from "../../testing/changed-facts.ts";
import { withCluster } from "../../testing/healthy-facts.ts";
import type { MeshFacts } from "../facts.ts";
import { runChecks } from "../run-checks.ts";

function causesOf(facts: MeshFacts): readonly string[] {
  return runChecks(facts, { pre: false }).causes.map(({ code, cluster }) => `${code} ${cluster ?? ""}`);
}

it("is the one cause of what lacks objects of a kind that is not served any more", () => {
  const facts = withUnservedRules();
  const { causes } = runChecks(facts, { pre: false });
  expect(causesOf(facts)).toEqual(["ISM454 east"]);
  expect(causes[0]?.consequences.map(({ code }) => code)).toEqual(["ISM444"]);
});

it("says of a Service that is gone which quota has no room for it, and prints no apply that would be refused", () => {
  const id = { group: "", kind: "Service", namespace: "istio-system", name: "istio-eastwestgateway" };
  const facts = withCluster("east", ({ gateways }) => ({
    gateways: gateways.map(({ service, ...gateway }) =>
      gateway.name === id.name || service === undefined ? gateway : { ...gateway, service },
    ),
    quotas: [
      {
        namespace: "istio-system",
        name: "few",
        resources: { "services.loadbalancers": { hard: "1", used: "1" }, services: { hard: "9", used: "3" } },
      },
    ],
    drift: { kind: "compared", applied: true, objects: [{ id, state: "gone", fields: [] }], unknown: [] },
  }));
  const [cause] = runChecks(facts, { pre: false }).causes;
  expect(cause?.object).toEqual(id);
  expect(cause?.commands).toBeUndefined();
  expect(cause?.fix).toContain(
    "An apply cannot put it back yet: ResourceQuota istio-system/few (services.loadbalancers 1 of 1 used) has no room for it. Whoever set the quota has to decide",
  );
});
