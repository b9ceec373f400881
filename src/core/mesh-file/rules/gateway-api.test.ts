import { describe, expect, it } from "vitest";
import { gatewayApiFile } from "../../testing/gateway-api-mesh.ts";
import { parseMesh } from "../parse.ts";

const weights = "weights: { v1: 100 }";
const plain = `hosts: [a.example], ${weights}`;

/** The codes and fields of what is wrong with a mesh file. */
function found(text: string): readonly string[] {
  return parseMesh(text, "mesh.yaml").diagnostics.map(
    ({ code, range }) => `${code} ${range?.lineText.slice(range.start.column - 1, range.end.column - 1)}`,
  );
}

describe("a route of the Gateway API", () => {
  it.each([
    plain,
    `${plain}, match: { exact: /hello, methods: [GET, POST] }, timeout: 1m30s`,
    `${plain}, match: { regex: "/hello(/.*)?", headers: { x-team: { prefix: blue } }, queryParams: { a: { exact: b } } }`,
    `${plain}, headers: { request: { set: { x-a: b }, remove: [x-c] }, response: { add: { x-d: e } } }`,
    `hosts: ["*"], ${weights}`,
    `hosts: ["*.example", a.test], ${weights}, verify: { path: /healthz }`,
  ])("may have %s", (fields) => {
    expect(found(gatewayApiFile({}, fields))).toEqual([]);
  });

  it.each([
    ["fault", "fault: { delay: { fixedDelay: 1s, percentage: { value: 1 } } }"],
    ["retries", "retries: { attempts: 1 }"],
    ["mirror", "mirror: { host: other }"],
    ["rewrite", "rewrite: { uri: /b }"],
    ["corsPolicy", "corsPolicy: { maxAge: 1h }"],
    ["tls", "tls: { secretName: a }"],
    ["prefix", "match: { prefix: /hello }"],
    ["prefix", "match: { prefix: /hello/ }"],
    ["fromRegions", "match: { fromRegions: [us] }"],
  ])("has no %s", (field, fields) => {
    expect(found(gatewayApiFile({}, `${plain}, ${fields}`))).toEqual([`ISM794 ${field}`]);
  });

  it("has no redirect and no record in DNS, and is at no sidecar", () => {
    const redirect = gatewayApiFile({}, "hosts: [a.example], redirect: { uri: /b }");
    const dns = gatewayApiFile({}, `${plain}, dns: { via: externalDns }`);
    const inside = gatewayApiFile({}, `hosts: [shop], ${weights}`).replace("gateway: front", "gateway: mesh");
    const both = gatewayApiFile({}, plain).replace("gateway: front", "gateways: [front, mesh]");
    expect([redirect, dns, inside, both].map((text) => found(text))).toEqual([
      ["ISM794 redirect"],
      ["ISM794 dns"],
      ["ISM794 gateway"],
      ["ISM794 gateways"],
    ]);
  });

  it("says what a prefix is to be written as", () => {
    const { diagnostics } = parseMesh(gatewayApiFile({}, `${plain}, match: { prefix: /hello }`), "mesh.yaml");
    expect(diagnostics.map(({ fix }) => fix)).toEqual([
      "Write regex: /hello(/.*)? for what is below /hello, or regex: /hello.* for what begins so.",
    ]);
  });

  it("needs an Istio with which such routes were tried", () => {
    expect(["1.30.4", "1.31.0"].map((version) => found(gatewayApiFile({ version }, plain)))).toEqual([
      ["ISM547 api"],
      [],
    ]);
  });
});

describe("a service with routes of the Gateway API", () => {
  it("has manifests, from which the Services of its versions are made", () => {
    expect(found(gatewayApiFile({ manifests: "" }, plain))[0]).toMatch(/^ISM794/);
  });

  it.each([
    ["failover", "failover: {}"],
    ["sessions", "sessions: { httpCookie: { name: a } }"],
  ])("has no %s", (field, service) => {
    expect(found(gatewayApiFile({ service }, plain))).toEqual([`ISM794 ${field}`]);
  });

  it("has versions whose Services can have a name", () => {
    const text = gatewayApiFile({}, plain);
    const long = "with-a-name-that-leaves-no-room-for-that-of-the-service-itself";
    expect(found(text.replace("v2: {", `${long}: {`))).toEqual([expect.stringMatching(/^ISM794/)]);
  });
});

/** A second service with a route of this api at this gateway. */
function beside(fields: string): string {
  return `${gatewayApiFile({}, plain)}    - name: other
      namespace: sample
      port: 8080
      manifests: shop.yaml
      versions: { v1: { clusters: [west] } }
      routes: [{ name: other, ${fields}, ${weights} }]
`;
}

describe("routes beside each other", () => {
  it("have one api for a service and for a host", () => {
    const mixed = gatewayApiFile({}, `${plain}, match: { exact: /a }`, `hosts: [b.example], ${weights}`);
    const istio = "gateway: front, hosts: [a.example], match: { exact: /b }";
    expect([
      found(mixed.replace("shop-1, api: gatewayAPI,", "shop-1,")),
      found(beside(istio)),
      found(beside(`api: gatewayAPI, ${istio}`)),
      found(beside(istio.replace("a.example", "b.example"))),
    ]).toEqual([[expect.stringMatching(/^ISM795/)], [expect.stringMatching(/^ISM795/)], [], []]);
  });

  it("are at one Gateway for one host", () => {
    const other = "api: gatewayAPI, gateway: back, hosts: [a.example], match: { exact: /b }";
    expect(found(beside(other))).toEqual(["ISM795 back"]);
    expect(found(beside(other.replace("a.example", "b.example")))).toEqual([]);
  });
});

const at = (match: string, host = "a.example"): string => `hosts: [${host}], match: { ${match} }, ${weights}`;

describe("the order of routes of the Gateway API", () => {
  it.each<readonly [string, readonly string[]]>([
    ["a whole path before all", ["exact: /hello", "prefix: /"]],
    ["a condition more", ["exact: /a, headers: { x-a: { exact: b } }", "exact: /a"]],
    ["a method before none", ["exact: /a, methods: [GET]", "exact: /a"]],
    ["nothing in common", ["regex: /a.*", "exact: /b"]],
    ["a longer expression", ["regex: /hello/.*", "regex: /.*"]],
  ])("is Istio's own with %s", (_what, [one = "", other = ""]) => {
    expect(found(gatewayApiFile({}, at(one), at(other)))).toEqual([]);
  });

  it.each<readonly [string, readonly string[]]>([
    ["an expression behind /, which Istio tries first", ["regex: /hello.*", "prefix: /"]],
    ["a shorter expression that is meant to be first", ["regex: /a.*", "regex: '/[ab].*'"]],
    [
      "two of equal exactness, of which the older is tried first",
      ["prefix: /, headers: { x-a: { exact: b } }", "prefix: /, headers: { x-b: { exact: b } }"],
    ],
  ])("is refused with %s", (_what, [one = "", other = ""]) => {
    expect(found(gatewayApiFile({}, at(one), at(other)))).toEqual([expect.stringMatching(/^ISM796/)]);
  });

  it("is nothing between two hosts", () => {
    expect(found(gatewayApiFile({}, at("regex: /hello.*"), at("prefix: /", "b.example")))).toEqual([]);
  });

  it("says how a wider route is to be written", () => {
    const { diagnostics } = parseMesh(gatewayApiFile({}, at("regex: /hello.*"), at("prefix: /")), "mesh.yaml");
    expect(diagnostics.map(({ fix }) => fix)).toEqual([
      "Write regex: /.* at shop-1: an expression that is shorter than that of shop-0 is tried after it.",
    ]);
  });
});
