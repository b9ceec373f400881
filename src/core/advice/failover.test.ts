import { describe, expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import { adviseFailover } from "./failover.ts";

function adviceFor(failover: string, clusters = "[west, east]"): readonly string[] {
  const { mesh, diagnostics, locate } = parseMesh(
    `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters: [{ name: west, context: w }, { name: east, context: e }]
  services:
    - name: shop
      namespace: shop
      port: 8080
      versions: { v1: { clusters: [west, east] }, v2: { clusters: ${clusters} } }
${failover}`,
    "mesh.yaml",
  );
  expect(diagnostics).toEqual([]);
  return mesh === undefined
    ? []
    : adviseFailover(mesh, locate).map(({ code, detail, range }) => `${code} ${range?.start.line}: ${detail}`);
}

describe("advice about failover", () => {
  it("is nothing for the defaults and versions that run in two clusters", () => {
    expect(adviceFor("      failover: {}\n")).toEqual([]);
  });

  it("is nothing for a service without failover", () => {
    expect(adviceFor("", "[east]")).toEqual([]);
  });

  it("names a version that has no other cluster", () => {
    const found = adviceFor("      failover: {}\n", "[east]");
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^ISM542 10: v2 of shop\/shop runs in east only\./);
  });

  it("names a service that stays in its cluster, whatever runs elsewhere", () => {
    const found = adviceFor("      failover: {}\n      export: false\n");
    expect(found[0]).toContain("shop/shop stays in its cluster (export: false): when v1 fails in a cluster");
  });

  const hindered: readonly (readonly [string, string])[] = [
    ["{ maxEjectionPercent: 50 }", "With maxEjectionPercent: 50"],
    ["{ minHealthPercent: 50 }", "With minHealthPercent: 50"],
    ["{ splitExternalLocalOriginErrors: true }", "counted apart, and 5 in a row"],
    ["{ splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 2 }", "counted apart, and 2 in a row"],
  ];
  it.each(hindered)("says that %s keeps it from happening", (outlier, words) => {
    const found = adviceFor(`      failover: { outlierDetection: ${outlier} }\n`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain("ISM541 11: ");
    expect(found[0]).toContain(words);
  });

  it("lets one failure to reach an endpoint be enough", () => {
    const outlier = "{ splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 1, minHealthPercent: 0 }";
    expect(adviceFor(`      failover: { outlierDetection: ${outlier} }\n`)).toEqual([]);
  });

  const routed = (settings: string): string =>
    `      routes: [{ name: shop, gateway: front, hosts: [shop.example], weights: { v1: 100 }, ${settings} }]\n      failover: {}\n`;
  const tries: readonly (readonly [string, string])[] = [
    ["timeout: 2s", "has timeout: 2s, and connectTimeout is 1s: where packets"],
    ["timeout: 3s, retries: { attempts: 3, retryOn: 'reset,503' }", "has timeout: 3s, and perTryTimeout is 10s"],
    ["timeout: 20s, retries: { attempts: 3, retryOn: gateway-error }", "and perTryTimeout is 10s: where an endpoint"],
    ["timeout: 3s, retries: { attempts: 2, perTryTimeout: 1500ms, retryOn: 5xx }", "perTryTimeout is 1500ms"],
    ["timeout: 2s, retries: { attempts: 2, perTryTimeout: 500ms, retryOn: 5xx }", "connectTimeout is 1s"],
    ["retries: { attempts: 1 }", "With attempts: 1 a request of route shop is tried twice"],
  ];
  it.each(tries)("says that %s of a route leaves no time or try for another place", (settings, words) => {
    const found = adviceFor(routed(settings));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain("ISM541 11: ");
    expect(found[0]).toContain(words);
  });

  it.each([
    "timeout: 3s",
    "timeout: 3s, retries: { attempts: 2, perTryTimeout: 1500ms, retryOn: '503,504,reset-before-request' }",
    "timeout: 21s, retries: { attempts: 3, retryOn: reset }",
    "timeout: 3s, retries: { attempts: 2, perTryTimeout: 1s, retryOn: reset }",
    "timeout: 3s, retries: { attempts: 0 }",
    "retries: { attempts: 2 }",
  ])("is nothing for %s, which leaves both or wants no retries", (settings) => {
    expect(adviceFor(routed(settings))).toEqual([]);
  });

  it("says once of a service that its one retry is too few", () => {
    const found = adviceFor("      failover: { retries: { attempts: 1 } }\n");
    expect(found).toHaveLength(1);
    expect(found[0]).toContain("ISM541 11: With attempts: 1 a request of shop/shop");
  });
});
