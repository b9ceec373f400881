import { expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import { adviseSeveralGateways } from "./several-gateways.ts";

/** What is said of a mesh whose service runs in east, with these fields of east, of a third cluster, and of the service. */
function advice(east: string, third = "network: n", service = "", runsIn = "[east]"): readonly string[] {
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
    - { name: shop, namespace: sample, port: 80, versions: { v1: { clusters: ${runsIn} } }${service} }
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
    expect.stringMatching(
      /^11 ISM778 Requests of other networks for sample\/shop are spread over 2 gateways of network east\. .* up to 10 s/,
    ),
  ]);
  const forWest = "eastWest: { addresses: [203.0.113.7], seenFrom: { west: { addresses: [192.0.2.1, 192.0.2.2] } } }";
  expect(advice(forWest)).toHaveLength(1);
});

it("goes by the clusters of a shared network that the service runs in: each is reached by its own gateway", () => {
  expect(advice("network: flat", "network: flat")).toEqual([]);
  expect(advice("network: flat", "network: flat", "", "[east, north]")).toEqual([
    expect.stringMatching(/^11 ISM778 .* are spread over 2 gateways of network flat/),
  ]);
  // An address of the mesh file is no cluster's, so that the other one's gateway is taken too.
  expect(advice("network: flat, eastWest: { addresses: [203.0.113.7] }", "network: flat")).toHaveLength(1);
});

it("says nothing of one gateway, of services with failover, of such that stay at home, and of other networks", () => {
  expect(advice("eastWest: { addresses: [203.0.113.7] }")).toEqual([]);
  expect(advice(two, "network: n", ", failover: {}")).toEqual([]);
  expect(advice(two, "network: n", ", export: false")).toEqual([]);
  expect(advice("network: e", `network: n, ${two}`)).toEqual([]);
});
