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
    - { name: west, context: w, region: a${spec.includes("sharedNetworks: []") ? ", eastWest: { service: { namespace: gw, name: east-west } }" : ""}${spec.includes("existing") ? ", eastWest: { addresses: [a.example] }" : ""} }
    - { name: east, context: e, region: b }
${spec}
`;
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

  it("is nothing for the runbook's system", () => {
    expect(runbook.mesh === undefined ? undefined : findUnsupported(runbook.mesh, runbook.locate)).toEqual([]);
  });

  it("is told without lines when there is no file", () => {
    const found = findUnsupported({
      ...twoClusters,
      trust: { ...twoClusters.trust, root: { kind: "secretRef", cluster: "west", namespace: "n", name: "s" } },
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ code: "ISM190", severity: "error" });
    expect(found[0]?.range).toBeUndefined();
  });

  const gaps: readonly (readonly [string, string, string])[] = [
    [
      "a root from a Secret",
      "  trust: { root: { secretRef: { cluster: west, namespace: n, name: s } } }",
      "spec.trust.root.secretRef",
    ],
    ["gateway addresses in an Istio of somebody else", "  istio: { install: existing }", "spec.clusters[0].eastWest"],
    [
      "network policies for a gateway that is elsewhere",
      "  sharedNetworks: []\n  hardening: { networkPolicies: true }",
      "spec.clusters[0].eastWest.service",
    ],
    ["renewing what does not end", "  access: { rotateBefore: 30d }", "spec.access.rotateBefore"],
  ];
  it.each(gaps)("is %s", (_sentence, spec, path) => {
    const found = mustParse(spec);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`which ${path} asks for`);
  });

  it("is a gateway that is there already beside network policies only, whoever installs Istio", () => {
    const [west, ...others] = twoClusters.clusters;
    const named = {
      ...twoClusters,
      clusters: [{ ...west, eastWest: { seenFrom: {}, service: { namespace: "gw", name: "ew" } } }, ...others],
    } as typeof twoClusters;
    const words = (mesh: typeof twoClusters): readonly string[] => findUnsupported(mesh).map(({ detail }) => detail);
    for (const install of ["existing", "istioctl", "helm", "operator", "rancher"] as const) {
      const mesh = { ...named, istio: { ...named.istio, install } };
      expect(words(mesh)).toEqual([]);
      expect(words({ ...mesh, hardening: { networkPolicies: "strict" } })).toEqual([
        expect.stringContaining("write network policies for a gateway that it does not make"),
      ]);
    }
  });

  it("is not DNS records that isthmus writes and tests", () => {
    const zone =
      "dns: { zone: a.example, healthChecks: {}, provider: { rfc2136: { server: b.example, tsig: { name: k, secret: { env: K } } } } }";
    expect(mustParse(`  ${zone}\n${service(`routes: [{ ${route}, dns: { via: isthmus } }]`)}`)).toEqual([]);
  });

  it("is not failover, HTTPS, an old Istio, network policies, a node selector, headers, own root files or shared networks", () => {
    const spec = [
      "  sharedNetworks: [west]",
      "  hardening: { podSecurity: baseline, networkPolicies: true }",
      "  istio: { version: 1.12.0, nodeSelector: { role: ingress }, containerDefaults: { limitsCpu: 1 }, hub: docker.io/istio }",
      "  trust: { root: { certFile: c, keyFile: k } }",
      service(
        `failover: { regions: [{ from: a, to: b }] }, routes: [{ ${route}, match: { headers: { x-a: { exact: b } } }, tls: { secretName: s } }]`,
      ),
    ].join("\n");
    expect(mustParse(spec)).toEqual([]);
  });
});
