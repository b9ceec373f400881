import { expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import { adviseLonelyClusters } from "./lonely-clusters.ts";

/** What is said of a mesh with these clusters in which the network `flat` is shared. */
function advice(...clusters: readonly string[]): readonly string[] {
  const { mesh, diagnostics, locate } = parseMesh(
    `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters:
${clusters.map((one) => `    - ${one}\n`).join("")}${clusters.join("").includes("flat") ? "  sharedNetworks: [flat]\n" : ""}`,
    "mesh.yaml",
  );
  expect(diagnostics).toEqual([]);
  return mesh === undefined
    ? []
    : adviseLonelyClusters(mesh, locate).map(({ code, range, detail }) => `${range?.start.line} ${code} ${detail}`);
}

const shared = (name: string) => `{ name: ${name}, context: ${name}, network: flat }`;

it("says that nobody shares a network of one cluster", () => {
  expect(advice(shared("west"), "{ name: east, context: e }")).toEqual([
    expect.stringMatching(/^8 ISM772 west is the only cluster of network flat, .*: requests of the other clusters/),
  ]);
  expect(advice(shared("west"))).toEqual([expect.stringMatching(/^7 ISM772 .* has no effect\.$/)]);
  expect(advice(shared("west"), shared("east"), "{ name: north, context: n }")).toEqual([]);
});

it("says that nobody reads the gateway of the only cluster", () => {
  const announced = "{ name: west, context: w, eastWest: { addresses: [203.0.113.7] } }";
  expect(advice(announced)).toEqual([expect.stringMatching(/^6 ISM773 west is the only cluster/)]);
  expect(advice(announced, "{ name: east, context: e }")).toEqual([]);
  expect(advice("{ name: west, context: w }")).toEqual([]);
});
