import { describe, expect, it } from "vitest";
import { withEndpoint } from "../../testing/changed-proxies.ts";
import { healthyFacts } from "../../testing/healthy-facts.ts";
import type { MeshFacts } from "../facts.ts";
import { runChecks } from "../run-checks.ts";

describe("endpoints that no cluster has", () => {
  const found = (facts: MeshFacts): readonly string[] =>
    runChecks(facts, { pre: false }).causes.map((one) => `${one.severity} ${one.code} ${one.cluster ?? ""}`);

  it("are a warning with their addresses", () => {
    const facts = withEndpoint("10.99.0.9:5000");
    expect(found(facts)).toContain("warning ISM537 west");
    expect(runChecks(facts, { pre: false }).causes[0]?.detail).toContain("10.99.0.9:5000 (v1)");
  });

  it.each([
    ["the proxy has and does not use", withEndpoint("10.99.0.9:5000", "unhealthy")],
    ["are a gateway of the mesh", withEndpoint("172.30.2.2:15443")],
    [
      "may be a pod of a cluster that does not answer",
      {
        ...withEndpoint("10.99.0.9:5000"),
        clusters: withEndpoint("10.99.0.9:5000").clusters.filter(({ cluster }) => cluster === "west"),
      },
    ],
  ])("are nothing to say where they %s", (_, facts) => {
    expect(found(facts).filter((one) => one.includes("ISM537"))).toEqual([]);
  });

  it("are none in a healthy mesh", () => {
    expect(found(healthyFacts())).toEqual([]);
  });
});
