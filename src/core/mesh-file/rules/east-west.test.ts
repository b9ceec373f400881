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

function problemsOf(clusters: string): readonly string[] {
  const text = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  sharedNetworks: [flat]
  clusters:
${clusters}`;
  return parseMesh(text, "mesh.yaml").diagnostics.map(
    ({ code, range, detail }) => `${range?.start.line}:${range?.start.column} ${code} ${detail}`,
  );
}

it("refuses one address and port for two networks, once for each pair", () => {
  const found = problemsOf(`    - { name: west, context: w, eastWest: { addresses: [203.0.113.7, "2001:db8::1"] } }
    - { name: south, context: s, network: flat }
    - { name: east, context: e, eastWest: { addresses: ["2001:0db8:0::1"], port: 15443 } }
`);
  expect(found).toEqual([
    expect.stringMatching(/^9:57 ISM675 2001:0db8:0::1 with port 15443 is also the place of the gateway of "west"/),
  ]);
});

it("refuses it for two clusters too, and says how to tell what differs by who connects", () => {
  const found = problemsOf(`    - { name: west, context: w, eastWest: ${one} }
    - { name: east, context: e, network: flat, eastWest: ${one} }
`);
  expect(found).toEqual([
    expect.stringMatching(/^8:\d+ ISM675 203.0.113.7 with port 15443 is also the place of the gateway/),
  ]);
  expect(
    problemsOf(`    - { name: west, context: w, eastWest: { seenFrom: { east: ${one} } } }
    - { name: east, context: e, network: flat, eastWest: { seenFrom: { west: ${one} } } }
`),
  ).toEqual([]);
});

it("takes one address with two ports, and one gateway of two clusters of a network", () => {
  expect(
    problemsOf(`    - { name: west, context: w, eastWest: { addresses: [203.0.113.7], port: 31443 } }
    - { name: south, context: s, network: flat, eastWest: { addresses: [203.0.113.7] } }
    - { name: east, context: e, network: flat, eastWest: { addresses: [203.0.113.7] } }
`),
  ).toEqual([]);
});

it("compares what each cluster sees", () => {
  const found =
    problemsOf(`    - { name: west, context: w, eastWest: { seenFrom: { south: ${one}, east: { addresses: [10.0.0.1] } } } }
    - { name: south, context: s, network: flat }
    - { name: east, context: e, eastWest: ${one} }
`);
  expect(found).toEqual([
    expect.stringContaining(
      'is also the place of the gateway of "east", a cluster of another network, as south sees it',
    ),
  ]);
});

it.each([
  ["0.0.0.0", "no address"],
  ["0.1.2.3", "no address"],
  ["'::ffff:0.0.0.0'", "no address"],
  ["127.1.2.3", "the loopback address"],
  ["169.254.1.1", "a link-local address"],
  ["fe80::1", "a link-local address"],
  ["224.0.0.1", "a multicast address"],
  ["ff02::1", "a multicast address"],
  ["'::ffff:239.1.1.1'", "a multicast address"],
  ["255.255.255.255", "the broadcast address"],
])("refuses %s, where no gateway is reached", (address, kind) => {
  expect(problems(`{ addresses: [${address}] }`)).toEqual([expect.stringMatching(`ISM675 .* is ${kind}`)]);
});

it.each(["223.255.255.255", "240.0.0.1", "1.0.0.1", "gw.example", "'::ffff:203.0.113.7'"])("takes %s", (address) => {
  expect(problems(`{ addresses: [${address}] }`)).toEqual([]);
});

it.each([
  ["{ addresses: [203.0.113.7, Gw.example, gw.example] }", "ISM120"],
  ["{ addresses: [203.0.113.7, '::ffff:203.0.113.7'] }", "ISM120"],
  ["{ addresses: ['2001:db8::1', '2001:DB8:0::1'] }", "ISM120"],
  ["{ addresses: [a.example], seenFrom: { west: { addresses: [10.0.0.1, 10.0.0.1] } } }", "ISM120"],
])("refuses an address that is listed twice: %s", (eastWest, code) => {
  expect(problems(eastWest)).toEqual([expect.stringContaining(code)]);
});

it("says of the only cluster's reader that there is no other cluster", () => {
  const text = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters: [{ name: west, context: w, eastWest: { addresses: [203.0.113.7], seenFrom: { est: ${one} } } }]
`;
  const found = parseMesh(text, "mesh.yaml").diagnostics.map(({ code, fix }) => `${code} ${fix}`);
  expect(found).toEqual(["ISM126 Delete the entry: there is no other cluster."]);
});
