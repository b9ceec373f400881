import { expect, it } from "vitest";
import { parseMesh } from "../parse.ts";

function problems(eastWest: string, { networks = "", values = "" } = {}): readonly string[] {
  const text = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters:
    - { name: west, context: w${networks} }
    - { name: south, context: s${networks} }
    - name: east
      context: e${networks.replace(", ", "\n      ")}
      eastWest: ${eastWest}
${networks === "" ? "" : "  sharedNetworks: [one]\n"}${values === "" ? "" : `  istio: { values: ${values} }\n`}`;
  return parseMesh(text, "mesh.yaml").diagnostics.map(
    ({ code, range, detail }) => `${range?.start.line}:${range?.start.column} ${code} ${detail}`,
  );
}

const one = "{ addresses: [203.0.113.7] }";

it.each([
  ["addresses for everybody", "{ addresses: [203.0.113.7, gw.example], port: 8443 }"],
  ["another place for one reader", `{ addresses: [203.0.113.7], seenFrom: { south: ${one} } }`],
  ["a place for each reader", `{ seenFrom: { west: ${one}, south: { addresses: [10.0.0.4], port: 31443 } } }`],
  ["nothing", "{}"],
])("takes %s", (_, eastWest) => {
  expect(problems(eastWest)).toEqual([]);
});

it.each([
  [
    "a reader that nobody knows",
    `{ addresses: [a.example], seenFrom: { wst: ${one} } }`,
    "10:55 ISM126 seenFrom names",
  ],
  ["the cluster itself", `{ addresses: [a.example], seenFrom: { east: ${one} } }`, "10:55 ISM126 seenFrom names"],
  ["readers without a place", `{ seenFrom: { west: ${one} } }`, "10:19 ISM675 seenFrom takes the place"],
  ["a port without addresses", "{ port: 8443 }", "10:25 ISM675 A port without addresses says nothing"],
])("refuses %s", (_, eastWest, begins) => {
  const [found, ...others] = problems(eastWest);
  expect(found).toContain(begins);
  expect(others).toEqual([]);
});

it("refuses what no request goes through", () => {
  const [found, ...others] = problems(one, { networks: ", network: one" });
  expect(found).toContain("ISM675 All clusters are in one network");
  expect(others).toEqual([]);
});

it("refuses a network that values say as well, since they would win", () => {
  const values = "{ global: { meshNetworks: { east: { gateways: [{ address: 192.0.2.1, port: 15443 }] } } } }";
  expect(problems(one, { values })).toEqual([expect.stringContaining("ISM676 The gateways of network")]);
  expect(problems(one, { values: values.replace("east", "other") })).toEqual([]);
});
