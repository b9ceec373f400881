import { expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import { adviseSeveralGateways } from "./several-gateways.ts";

/** What is said of a mesh whose service runs in east, with these fields of east, of a third cluster, and of the service. */
function advice(east: string, third = "network: n", service = ""): readonly string[] {
  const { mesh, diagnostics, locate } = parseMesh(
    `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  sharedNetworks: [${east.startsWith("network: flat") ? "flat" : ""}]
  clusters:
    - { name: west, context: w }
    - { name: east, context: e, ${east} }
    - { name: north, context: n, ${third} }
  services:
    - { name: shop, namespace: sample, port: 80, versions: { v1: { clusters: [east] } }${service} }
`,
    "mesh.yaml",
  );
  expect(diagnostics).toEqual([]);
  return mesh === undefined
    ? []
    : adviseSeveralGateways(mesh, locate).map(({ code, range, detail }) => `${range?.start.line} ${code} ${detail}`);
}

const two = "eastWest: { addresses: [203.0.113.7, 203.0.113.8] }";

it("says that one dead gateway of several holds requests of services without failover", () => {
  expect(advice(two)).toEqual([
    expect.stringMatching(/^11 ISM778 Network east has 2 gateways, .* for sample\/shop waits, up to 10 s/),
  ]);
  expect(advice("network: flat", "network: flat")).toEqual([
    expect.stringMatching(/^11 ISM778 Network flat has 2 gateways/),
  ]);
  const forWest = "eastWest: { addresses: [203.0.113.7], seenFrom: { west: { addresses: [192.0.2.1, 192.0.2.2] } } }";
  expect(advice(forWest)).toHaveLength(1);
});

it("says nothing of one gateway, of services with failover, of such that stay at home, and of other networks", () => {
  expect(advice("eastWest: { addresses: [203.0.113.7] }")).toEqual([]);
  expect(advice(two, "network: n", ", failover: {}")).toEqual([]);
  expect(advice(two, "network: n", ", export: false")).toEqual([]);
  expect(advice("network: e", `network: n, ${two}`)).toEqual([]);
});
