import { expect, it } from "vitest";
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

/** So many entries of a list or mapping in flow style. */
function many(count: number, entry: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => entry(index)).join(", ");
}

it.each<readonly [string, (count: number) => string]>([
  ["hosts", (count) => `hosts: [${many(count, (index) => `h${index}.example`)}], ${weights}`],
  ["headers", (count) => `${plain}, match: { headers: { ${many(count, (index) => `x-${index}: { exact: a }`)} } }`],
  ["queryParams", (count) => `${plain}, match: { queryParams: { ${many(count, (i) => `p${i}: { exact: a }`)} } }`],
  ["set", (count) => `${plain}, headers: { request: { set: { ${many(count, (index) => `x-${index}: a`)} } } }`],
  ["add", (count) => `${plain}, headers: { response: { add: { ${many(count, (index) => `x-${index}: a`)} } } }`],
  ["remove", (count) => `${plain}, headers: { response: { remove: [${many(count, (index) => `x-${index}`)}] } }`],
])("a route of the Gateway API has 16 %s at most", (field, fields) => {
  expect([16, 17].map((count) => found(gatewayApiFile({}, fields(count))))).toEqual([[], [`ISM794 ${field}`]]);
});

it("its service has 16 versions at most", () => {
  const versions = (count: number): string =>
    gatewayApiFile({}, plain, plain.replace("a.example", "b.example")).replace(
      "v2: {",
      `${many(count - 2, (index) => `w${index}: { clusters: [west], labels: { version: w${index} } }`)}, v2: {`,
    );
  expect([16, 17].map((count) => found(versions(count)))).toEqual([[], ["ISM794 v2"]]);
});

it("its Gateway has 64 hosts at most, those of all services together", () => {
  const routes = (count: number): readonly string[] =>
    Array.from(
      { length: count },
      (_, index) => `hosts: [${many(16, (host) => `h${host}-${index}.example`)}], ${weights}`,
    );
  const other = (host: string, gateway: string): string => `    - name: other
      namespace: elsewhere
      port: 8080
      manifests: shop.yaml
      versions: { v1: { clusters: [west] } }
      routes: [{ name: other, api: gatewayAPI, gateway: ${gateway}, hosts: [${host}], match: { exact: /other }, ${weights} }]
`;
  const full = gatewayApiFile({}, ...routes(4));
  expect(
    [
      full,
      `${full}${other("h1-1.example", "front")}`,
      `${full}${other("more.example", "back")}`,
      `${full}${other("more.example", "front")}`,
    ].map((text) => found(text)),
  ).toEqual([[], [], [], ["ISM794 more.example"]]);
});

it.each(["/a//b", "/a%2fb", "/a%2Fb", "/a[1]"])("has no exact path %s, which API servers refuse", (path) => {
  const { diagnostics } = parseMesh(gatewayApiFile({}, `${plain}, match: { exact: "${path}" }`), "mesh.yaml");
  expect(diagnostics.map(({ code }) => code)).toEqual(["ISM794"]);
  const instead = /^Write regex: (.*), or leave api out\.$/.exec(diagnostics[0]?.fix ?? "")?.[1] ?? "";
  expect(new RegExp(`^(?:${instead})$`).test(path)).toBe(true);
  expect(found(gatewayApiFile({}, `${plain}, match: { regex: '${instead}' }`))).toEqual([]);
});

it("is told once of an exact path that no request has", () => {
  for (const path of ["/a/../b", "/a#b", "/a/.."]) {
    expect(found(gatewayApiFile({}, `${plain}, match: { exact: "${path}" }`))).toEqual([
      expect.stringMatching(/^ISM156/),
    ]);
  }
  const unchanged = gatewayApiFile({}, `${plain}, match: { exact: /a/../b }`).replace(
    "istio: { version: 1.31.0 }",
    "istio: { version: 1.31.0, values: { meshConfig: { pathNormalization: { normalization: NONE } } } }",
  );
  expect(found(unchanged)).toEqual(["ISM794 exact"]);
});

it("has paths and expressions of 1024 characters at most", () => {
  const path = (length: number): string => `/${"a".repeat(length - 1)}`;
  expect(
    [1024, 1025].map((length) => found(gatewayApiFile({}, `${plain}, match: { exact: ${path(length)} }`))),
  ).toEqual([[], ["ISM794 exact"]]);
});
