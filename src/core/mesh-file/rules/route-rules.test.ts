import { describe, expect, it } from "vitest";
import { meshWithRoutes } from "../../testing/mesh-with-routes.ts";
import { parseMesh } from "../parse.ts";

/** Every finding as `code what-the-range-covers`. */
function findings(...routes: readonly string[]): readonly string[] {
  return parse(meshWithRoutes(...routes));
}

function parse(text: string): readonly string[] {
  return parseMesh(text, "mesh.yaml").diagnostics.map(({ code, range, detail, fix }) => {
    expect(fix).toMatch(/[.?]$/);
    expect(detail).toMatch(/^\S.*\.$/);
    return `${code} ${range?.lineText.slice(range.start.column - 1, range.end.column - 1)}`;
  });
}

/** A service of another namespace with one route, to be put behind a mesh file's text. */
function otherService(route: string, namespace = "other"): string {
  return `    - name: s
      namespace: ${namespace}
      port: 80
      versions: { v1: { clusters: [west] } }
      routes:
        - ${route}
`;
}

const issuers = `  issuers:
    - { name: page, acme: { server: https://acme.example, email: a@b.example, http01: {} } }
    - { name: record, acme: { server: https://acme.example, email: a@b.example, dns01: { route53: {} } } }
`;

describe("routes that name one thing twice", () => {
  it("are refused where they are one VirtualService: with tls they are in istio-system, whatever their service", () => {
    const first = "{ name: r, gateway: g, hosts: [a.example], tls: { secretName: a }, weights: { v1: 100 } }";
    const second = "{ name: r, gateway: g, hosts: [b.example], tls: { secretName: b }, weights: { v1: 100 } }";
    expect(parse(meshWithRoutes(first) + otherService(second))).toEqual(["ISM132 r"]);
    const plain = "{ name: r, gateway: g, hosts: [b.example], weights: { v1: 100 } }";
    expect(parse(meshWithRoutes(first) + otherService(plain))).toEqual([]);
    expect(parse(meshWithRoutes(first) + otherService(plain, "istio-system"))).toContain("ISM132 r");
  });

  it("are told with both places", () => {
    const { diagnostics } = parseMesh(
      meshWithRoutes(
        "{ name: r, gateway: g, hosts: [a.example], weights: { v1: 100 } }",
        "{ name: r, gateway: g, hosts: [b.example], weights: { v1: 100 } }",
      ),
      "mesh.yaml",
    );
    expect(diagnostics[0]?.range?.start.line).toBe(13);
    expect(diagnostics[0]?.detail).toMatch(/The other place is mesh\.yaml:12:19\.$/);
  });

  it.each([
    ["another Secret", "h", "tls: { secretName: b }"],
    ["another gateway with the same Secret", "i", "tls: { secretName: a }"],
  ])("are refused where one host has two ways by HTTPS: %s", (_, gateway, tls) => {
    const first = "{ name: r, gateway: h, hosts: [a.example], tls: { secretName: a }, weights: { v1: 100 } }";
    const second = `{ name: q, gateway: ${gateway}, hosts: [b.example, A.example], match: { prefix: /q }, ${tls}, weights: { v1: 100 } }`;
    expect(findings(first, second)).toEqual(["ISM144 A.example"]);
    expect(parse(meshWithRoutes(first) + otherService(second))).toEqual(["ISM144 A.example"]);
  });

  it("are fine where hosts differ, where a wildcard is beside a name of its own, and where everything is the same", () => {
    expect(
      findings(
        "{ name: r, gateway: h, hosts: ['*.example'], tls: { secretName: a }, weights: { v1: 100 } }",
        "{ name: q, gateway: i, hosts: [a.example], tls: { secretName: b }, weights: { v1: 100 } }",
        "{ name: p, gateway: i, hosts: [a.example], match: { prefix: /p }, tls: { secretName: b }, weights: { v1: 100 } }",
      ),
    ).toEqual([]);
  });

  it.each([
    ["a certificate in two Secrets", "{ secretName: b, certificate: c, issuer: record }", ["ISM145 b"]],
    ["a certificate of two issuers", "{ secretName: a, certificate: c, issuer: page }", ["ISM145 page"]],
    ["both at once", "{ secretName: b, certificate: c, issuer: page }", ["ISM145 b", "ISM145 page"]],
    ["a Secret of two certificates", "{ secretName: a, certificate: d, issuer: record }", ["ISM145 a"]],
    ["a Secret whose certificate is called after it", "{ secretName: a, issuer: record }", ["ISM145 a"]],
    ["a Secret that is filled for other hosts only", "{ secretName: a }", ["ISM145 { secretName: a }"]],
    ["the same", "{ secretName: a, certificate: c, issuer: record }", []],
  ])("are refused for %s", (_, tls, expected) => {
    const first =
      "{ name: r, gateway: g, hosts: [a.example], tls: { secretName: a, certificate: c, issuer: record }, weights: { v1: 100 } }";
    const second = `{ name: q, gateway: g, hosts: [b.example], tls: ${tls}, weights: { v1: 100 } }`;
    expect(parse(meshWithRoutes(first, second) + issuers)).toEqual(expected);
  });

  it("may use a Secret without asking for a certificate where its hosts are among those of another route", () => {
    const first =
      "{ name: r, gateway: g, hosts: ['*.example'], tls: { secretName: a, issuer: record }, weights: { v1: 100 } }";
    const second = "{ name: q, gateway: g, hosts: [b.example], tls: { secretName: a }, weights: { v1: 100 } }";
    expect(parse(meshWithRoutes(first, second) + issuers)).toEqual([]);
  });

  it("are refused for a Gateway with and without tls in one namespace", () => {
    const plain = "{ name: r, gateway: g, hosts: [a.example], weights: { v1: 100 } }";
    const secured = "{ name: q, gateway: g, hosts: [b.example], tls: { secretName: b }, weights: { v1: 100 } }";
    expect(findings(plain, secured)).toEqual([]);
    expect(parse(meshWithRoutes(secured) + otherService(plain, "istio-system"))).toEqual(["ISM147 g"]);
  });

  it.each([
    ["gateway: cross-network-gateway, tls: { secretName: a }", "cross-network-gateway"],
    ["gateway: g, tls: { secretName: cacerts }", "cacerts"],
    ["gateway: g, tls: { secretName: istio-remote-secret-west }", "istio-remote-secret-west"],
  ])("are refused for a name that isthmus uses itself: %s", (fields, name) => {
    expect(findings(`{ name: r, ${fields}, hosts: [a.example], weights: { v1: 100 } }`)).toEqual([`ISM146 ${name}`]);
  });

  it.each([
    ["gateways: [mesh, g, h]", ["ISM545 h"]],
    ["gateways: [mesh, g, g]", ["ISM120 g"]],
    ["gateway: g, gateways: [mesh]", ["ISM119 gateways"]],
    ["verify: {}", ["ISM105 { name: r, verify: {}, hosts: [a.example], weights: { v1: 100 } }"]],
    ["gateways: [mesh, g], tls: { secretName: a }", []],
    ["gateways: [mesh], tls: { secretName: a }", ["ISM149 tls"]],
  ])("are at one Gateway, in sidecars, or in both: %s", (fields, expected) => {
    expect(findings(`{ name: r, ${fields}, hosts: [a.example], weights: { v1: 100 } }`)).toEqual(expected);
  });

  it("keep clear of the VirtualServices that isthmus makes for hosts", () => {
    const route = "{ name: isthmus-http.a, gateway: g, hosts: [a.example], weights: { v1: 100 } }";
    expect(findings(route)).toEqual([]);
    expect(findings(route.replace("weights", "tls: { secretName: a }, weights"))).toEqual(["ISM146 isthmus-http.a"]);
  });

  it("have gateways without dots, which Istio would read as a name and a namespace", () => {
    expect(findings("{ name: r, gateway: a.b, hosts: [a.example], weights: { v1: 100 } }")).toEqual(["ISM113 a.b"]);
  });
});

describe("methods and query parameters", () => {
  it.each([
    ["{ methods: [GET, GET] }", "", ["ISM120 GET"]],
    ["{ methods: [FETCH] }", "", ["ISM116 FETCH"]],
    ["{ queryParams: { 'a b': { exact: c } } }", "", ["ISM113 'a b'"]],
    ["{ queryParams: { a: { exact: c, regex: d } } }", "", ["ISM119 regex"]],
    ["{ queryParams: { a: { regex: '(' } } }", "", ["ISM155 '('"]],
    ["{ methods: [POST] }", "verify: { method: GET },", ["ISM461 GET"]],
    ["{ queryParams: { a: { exact: b } } }", "verify: { path: '/?a=c' },", ["ISM461 '/?a=c'"]],
    ["{ queryParams: { a: { exact: b } } }", "verify: { path: '/?x=1&a=b' },", []],
    ["{ methods: [POST], queryParams: { a: { regex: '[0-9]+' } } }", "verify: { path: / },", []],
  ])("are held to what a request can have: %s %s", (match, more, expected) => {
    expect(
      findings(`{ name: r, gateway: g, hosts: [a.example], match: ${match}, ${more} weights: { v1: 100 } }`),
    ).toEqual(expected);
  });
});

describe("routes of regions", () => {
  const regions = (...routes: readonly string[]): readonly string[] =>
    parse(
      meshWithRoutes(...routes).replace(
        "[{ name: west, context: w }, { name: east, context: e }]",
        "[{ name: west, context: w, region: west }, { name: east, context: e, region: east }, { name: far, context: f, region: far }]",
      ),
    );
  const route = (name: string, fromRegions: string): string =>
    `{ name: ${name}, gateway: g, hosts: [a.example], match: { fromRegions: ${fromRegions} }, weights: { v1: 100 } }`;

  it("may take the same requests elsewhere, or in fewer regions, and in none that leave open who is first", () => {
    expect(regions(route("a", "[west]"), route("b", "[east]"))).toEqual([]);
    expect(regions(route("a", "[west]"), route("b", "[west, east]"))).toEqual([]);
    expect(regions(route("a", "[west, east]"), route("b", "[east, west]"))).toEqual([
      "ISM148 { fromRegions: [east, west] }",
    ]);
    expect(regions(route("a", "[west, east]"), route("b", "[east, far]"))).toEqual([
      "ISM148 { fromRegions: [east, far] }",
    ]);
  });

  it("publish no names, which lead to the ingress gateways of all regions", () => {
    expect(regions(route("a", "[west]").replace("weights", "dns: { via: externalDns }, weights"))).toEqual([
      "ISM588 dns",
    ]);
  });
});

describe("routes that take the same requests", () => {
  it("are refused inside the mesh too, where a route that is also at a gateway has the service's own name", () => {
    const both = "{ name: both, gateways: [mesh, g], hosts: ['*'], weights: { v1: 100 } }";
    expect(findings(both, "{ name: in, gateway: mesh, match: { prefix: / }, weights: { v1: 100 } }")).toEqual([
      "ISM148 { prefix: / }",
    ]);
    expect(findings(both, "{ name: out, gateway: g, hosts: ['*'], weights: { v1: 100 } }")).toEqual([
      "ISM148 { name: out, gateway: g, hosts: ['*'], weights: { v1: 100 } }",
    ]);
    expect(findings(both, "{ name: in, gateway: mesh, match: { prefix: /s }, weights: { v1: 100 } }")).toEqual([]);
  });

  const first = "{ name: r, gateway: g, hosts: [a.example, b.example], match: { prefix: /s }, weights: { v1: 100 } }";

  it.each([
    ["hosts: [c.example, B.example], match: { prefix: /s }", ["ISM148 { prefix: /s }"]],
    ["hosts: [b.example], match: { regex: /s.* }", ["ISM148 { regex: /s.* }"]],
    ["hosts: [b.example], match: { exact: /s }", []],
    ["hosts: [b.example], match: { prefix: /s, headers: { x-a: { exact: b } } }", []],
    ["hosts: [c.example], match: { prefix: /s }", []],
    ["hosts: ['*.example'], match: { prefix: /s }", []],
    ["hosts: [b.example], tls: { secretName: a }, match: { prefix: /s }", []],
  ])("%s: %j", (fields, expected) => {
    const second = `{ name: q, gateway: h, ${fields}, weights: { v1: 100 } }`;
    expect(findings(first, second)).toEqual(expected);
    expect(parse(meshWithRoutes(first) + otherService(second))).toEqual(expected);
  });

  it("are not called so while one of them is wrong by itself", () => {
    expect(
      findings(
        first,
        "{ name: q, gateway: g, hosts: [a.example], match: { prefix: [], headers: 1 }, weights: { v1: 100 } }",
      ),
    ).not.toContainEqual(expect.stringContaining("ISM148"));
  });

  it("are not so inside the mesh where they are for two ports", () => {
    const inside = "{ name: r, gateway: mesh, hosts: [s.n], weights: { v1: 100 } }";
    expect(parse(meshWithRoutes(inside) + otherService(inside).replace("port: 80", "port: 81"))).toEqual([]);
    expect(parse(meshWithRoutes(inside) + otherService(inside))).toEqual([`ISM148 ${inside}`]);
  });
});

describe("hosts of routes", () => {
  it.each([
    ["gateway: g", ["ISM105 { name: r, gateway: g, weights: { v1: 100 } }"]],
    ["gateway: mesh", []],
    ["gateway: g, hosts: ['*', a.example]", ["ISM150 a.example"]],
    ["gateway: g, hosts: ['*.example', b.A.example, '*.a.example']", ["ISM150 b.A.example", "ISM150 '*.a.example'"]],
    ["gateway: g, hosts: [a.example, A.example]", ["ISM120 A.example"]],
    ["gateway: mesh, tls: { secretName: a }, dns: { via: externalDns }", ["ISM149 tls", "ISM149 dns"]],
    ["gateway: mesh, hosts: ['*']", ["ISM149 '*'"]],
    ["gateway: g, hosts: ['*'], tls: { secretName: a, issuer: record }", ["ISM157 '*'"]],
    ["gateway: g, hosts: ['*.example'], tls: { secretName: a, issuer: page }", ["ISM157 '*.example'"]],
    ["gateway: g, hosts: ['*.example'], tls: { secretName: a, issuer: record }", []],
    ["gateway: g, hosts: [a.example], tls: { secretName: a, issuer: page }", []],
  ])("%s: %j", (fields, expected) => {
    expect(parse(meshWithRoutes(`{ name: r, ${fields}, weights: { v1: 100 } }`) + issuers)).toEqual(expected);
  });
});

describe("what a route compares", () => {
  it.each([
    ["exact: '/hello?x=1'", ["ISM156 '/hello?x=1'"]],
    ["prefix: '/a#b'", ["ISM156 '/a#b'"]],
    ["prefix: /%zz", ["ISM156 /%zz"]],
    ["prefix: /a\u200bb", ["ISM156 /a\u200bb"]],
    ["exact: /a/../b", ["ISM156 /a/../b"]],
    ["prefix: /a/..", []],
    ["exact: /grün", ["ISM156 /grün"]],
    ["exact: /gr%C3%BCn", []],
    ["exact: //a", []],
    ["exact: a b", ["ISM118 a b"]],
    ["regex: (", ["ISM155 ("]],
    ["regex: '/(?!x).*'", ["ISM155 '/(?!x).*'"]],
    ["regex: '/\\pL{30}'", ["ISM155 '/\\pL{30}'"]],
    ["regex: 'hello.*'", ["ISM156 'hello.*'"]],
    ["regex: '/hello\\?x=.*'", ["ISM156 '/hello\\?x=.*'"]],
    ["regex: '/a%2[fF]b'", []],
    ["regex: '^/hello(/.*)?$'", []],
    ["regex: '.*/hello'", []],
    ["headers: { x-a: { regex: '[' } }", ["ISM155 '['"]],
    ["headers: { x-a: { exact: ' a' } }", ["ISM158 ' a'"]],
    ["headers: { x-a: { prefix: 'a ' } }", []],
    ["headers: { method: { exact: GET } }", ["ISM158 method"]],
  ])("%s: %j", (match, expected) => {
    expect(findings(`{ name: r, gateway: g, hosts: [a.example], match: { ${match} }, weights: { v1: 100 } }`)).toEqual(
      expected,
    );
  });

  it("goes by the form that the mesh's proxies make of paths", () => {
    const values = (normalization: string): string =>
      `  istio: { values: { meshConfig: { pathNormalization: { normalization: ${normalization} } } } }\n`;
    const slashes = meshWithRoutes(
      "{ name: r, gateway: g, hosts: [a.example], match: { exact: //a }, weights: { v1: 100 } }",
    );
    const dots = slashes.replace("//a", "/b/../a");
    expect(parse(slashes + values("MERGE_SLASHES"))).toEqual(["ISM156 //a"]);
    expect(parse(dots + values("NONE"))).toEqual([]);
  });
});

describe("values that are not what they look like", () => {
  it("are told once for empty text in place of a list", () => {
    expect(findings("{ name: r, gateway: g, hosts: '', weights: { v1: 100 } }")).toEqual(["ISM103 ''"]);
  });

  it.each([
    ["9007199254740993", ["ISM162 9007199254740993"]],
    ["-9007199254740993", ["ISM162 -9007199254740993"]],
    ["0x20000000000001", ["ISM162 0x20000000000001"]],
    ["1000000000000000000000", ["ISM162 1000000000000000000000"]],
    ["9007199254740991", []],
    ["9007199254740992", []],
    ["0.1", []],
    ["1e3", []],
    ["'9007199254740993'", []],
  ])("are refused where a number would be rounded: %s", (number, expected) => {
    expect(
      parse(`${meshWithRoutes()}  istio: { values: { pilot: { big: ${number} } } }\n`.replace("      routes:\n", "")),
    ).toEqual(expected);
  });
});

describe("a host that is proven by http01", () => {
  const secured =
    "{ name: s, gateway: g, hosts: [a.example], tls: { secretName: a, issuer: page }, weights: { v1: 100 } }";
  const plain = (hosts: string): string => `{ name: p, gateway: h, hosts: ${hosts}, weights: { v1: 100 } }`;

  it("is refused where a wildcard took its requests at port 80: it has a route of its own there", () => {
    expect(parse(meshWithRoutes(secured, plain('["*"]')) + issuers)).toEqual(["ISM667 a.example"]);
    expect(parse(meshWithRoutes(secured, plain('["*.example"]')) + issuers)).toEqual(["ISM667 a.example"]);
  });

  it("is fine where a route of its own takes them, and beside other wildcards", () => {
    const own = "{ name: o, gateway: h, hosts: [a.example], weights: { v1: 100 } }";
    expect(parse(meshWithRoutes(secured, plain('["*"]'), own) + issuers)).toEqual([]);
    expect(parse(meshWithRoutes(secured, plain('["*.other"]')) + issuers)).toEqual([]);
  });
});
