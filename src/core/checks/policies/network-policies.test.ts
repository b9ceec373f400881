import { expect, it } from "vitest";
import { healthyFacts, withCluster } from "../../testing/healthy-facts.ts";
import { runChecks } from "../run-checks.ts";

const stateOf = (facts: ReturnType<typeof healthyFacts>): string | undefined =>
  runChecks(facts, { pre: false }).results.find(({ id }) => id === "policies/network-policies")?.state;

it("never says that connections get through where policies of kinds are that nobody judges, and names them", () => {
  const facts = withCluster("east", () => ({
    otherPolicies: ["CiliumNetworkPolicy shop/deny", "AdminNetworkPolicy guard"],
  }));
  const result = runChecks(facts, { pre: false }).results.find(({ id }) => id === "policies/network-policies");
  expect(result?.state).toBe("unknown");
  expect(result?.unseen).toEqual([
    "east has policies of kinds that isthmus cannot judge: CiliumNetworkPolicy shop/deny, AdminNetworkPolicy guard",
  ]);
});

it("says it where there are none", () => {
  expect(stateOf(healthyFacts())).toBe("ok");
  expect(stateOf(withCluster("east", () => ({ otherPolicies: [] })))).toBe("ok");
});
