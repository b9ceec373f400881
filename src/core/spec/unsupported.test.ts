import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { twoClusters } from "../testing/two-clusters.ts";
import { parseMesh } from "./parse.ts";
import { findUnsupported } from "./unsupported.ts";

const runbook = parseMesh(
  readFileSync(fileURLToPath(new URL("../../../examples/runbook.yaml", import.meta.url)), "utf8"),
  "runbook.yaml",
);

function mustParse(spec: string): readonly string[] {
  const text = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters:
    - { name: west, context: w, region: a${spec.includes("eastWest") ? ", eastWest: { addresses: [a.example] }" : ""} }
    - { name: east, context: e, region: b }
${spec.includes("eastWest") ? "" : `${spec}\n`}`;
  const parsed = parseMesh(text, "mesh.yaml");
  expect(parsed.diagnostics).toEqual([]);
  return parsed.mesh === undefined
    ? []
    : findUnsupported(parsed.mesh, parsed.locate).map(
        (one) => `${one.range?.start.line}:${one.range?.start.column} ${one.detail}`,
      );
}

const route = "name: r, gateway: g, hosts: [a.example], weights: { v1: 100 }";
const service = (fields: string): string =>
  `  services: [{ name: s, namespace: n, port: 80, versions: { v1: { clusters: [west] } }, ${fields} }]`;

describe("what this version cannot do", () => {
  it("is nothing for the sandbox", () => {
    expect(findUnsupported(twoClusters)).toEqual([]);
  });

  it("is found in the runbook, each with its line", () => {
    const found = runbook.mesh === undefined ? [] : findUnsupported(runbook.mesh, runbook.locate);
    expect(found.map((one) => `${one.code} ${one.range?.start.line}`)).toEqual([
      "ISM190 7",
      "ISM190 17",
      "ISM190 18",
      "ISM190 22",
      "ISM190 21",
      "ISM190 28",
      "ISM190 29",
      "ISM190 29",
      "ISM190 50",
      "ISM190 54",
      "ISM190 57",
      "ISM190 63",
    ]);
    expect(found.every((one) => one.severity === "error" && one.fix !== undefined)).toBe(true);
  });

  it("is told without lines when there is no file", () => {
    const found = runbook.mesh === undefined ? [] : findUnsupported(runbook.mesh);
    expect(found.length).toBe(12);
    expect(found.every((one) => one.range === undefined)).toBe(true);
  });

  const gaps: readonly (readonly [string, string, string])[] = [
    [
      "a root from a Secret",
      "  trust: { root: { secretRef: { cluster: west, namespace: n, name: s } } }",
      "spec.trust.root.secretRef",
    ],
    ["gateway addresses behind NAT", "eastWest", "spec.clusters[0].eastWest.addresses"],
    ["an Istio before 1.22", "  istio: { version: 1.21.0 }", "spec.istio.version"],
    ["renewing credentials", "  access: { rotateBefore: 30d }", "spec.access.rotateBefore"],
    ["failover", service("failover: { regions: [{ from: a, to: b }] }"), "spec.services[0].failover"],
    ["a cluster-local service", service("export: false"), "spec.services[0].export"],
    [
      "routes by region",
      service(`routes: [{ ${route}, match: { fromRegions: [a] } }]`),
      "spec.services[0].routes[0].match.fromRegions",
    ],
    ["HTTPS", service(`routes: [{ ${route}, tls: { secretName: s } }]`), "spec.services[0].routes[0].tls"],
  ];
  it.each(gaps)("is %s", (_sentence, spec, path) => {
    const found = mustParse(spec);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`which ${path} asks for`);
  });

  it("is not a node selector, container defaults, headers, own root files or shared networks", () => {
    const spec = [
      "  sharedNetworks: [west]",
      "  istio: { nodeSelector: { role: ingress }, containerDefaults: { limitsCpu: 1 }, hub: docker.io/istio }",
      "  trust: { root: { certFile: c, keyFile: k } }",
      service(`routes: [{ ${route}, match: { headers: { x-a: { exact: b } } } }]`),
    ].join("\n");
    expect(mustParse(spec)).toEqual([]);
  });
});
