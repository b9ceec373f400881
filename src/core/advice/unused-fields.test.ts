import { expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import { adviseUnusedFields } from "./unused-fields.ts";
import { smallMesh } from "../testing/small-mesh.ts";

/** What is said of a mesh with these checks and a route that is published this way. */
function advice(checks: string, via: string): readonly string[] {
  const { mesh, diagnostics, locate } = parseMesh(
    smallMesh(`  dns:
    zone: a.example
    provider: { rfc2136: { server: 192.0.2.53, tsig: { name: k, secret: { file: k } } } }
    healthChecks: ${checks}
  services:
    - name: s
      namespace: n
      port: 80
      versions: { v1: { clusters: [west] } }
      routes: [{ name: r, gateway: g, hosts: [x.a.example], weights: { v1: 100 }${via} }]
`),
    "mesh.yaml",
  );
  expect(diagnostics).toEqual([]);
  return mesh === undefined
    ? []
    : adviseUnusedFields(mesh, locate).map(({ code, range }) => `${code} line ${range?.start.line}`);
}

const published = ", dns: { via: isthmus }";

it("says nothing of checks of what isthmus publishes", () => {
  expect(advice("{}", published)).toEqual([]);
  expect(advice("{ interval: 2s, timeout: 2s }", published)).toEqual([]);
});

it("says that checks test nothing where isthmus publishes nothing", () => {
  expect(advice("{}", "")).toContain("ISM697 line 9");
  expect(advice("{}", ", dns: { via: externalDns }")).toContain("ISM697 line 9");
});

it("says that checks take longer than their interval, also by a default", () => {
  expect(advice("{ interval: 1s, timeout: 5s }", published)).toEqual(["ISM698 line 9"]);
  expect(advice("{ interval: 1s }", published)).toEqual(["ISM698 line 9"]);
});
