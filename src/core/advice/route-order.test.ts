import { describe, expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import { meshWithRoutes } from "../testing/mesh-with-routes.ts";
import { adviseMesh } from "./advise-mesh.ts";

/** `code line-of-the-file: detail` of every warning. */
function advice(...routes: readonly string[]): readonly string[] {
  const { mesh, locate, diagnostics } = parseMesh(meshWithRoutes(...routes), "mesh.yaml");
  expect(diagnostics).toEqual([]);
  return mesh === undefined
    ? []
    : adviseMesh(mesh, locate).map(({ code, severity, range, detail }) => {
        expect(severity).toBe("warning");
        return `${code} ${range?.start.line}: ${detail}`;
      });
}

describe("advice on the order of routes", () => {
  it("is none where the order is clear, expressions included", () => {
    expect(
      advice(
        "{ name: a, gateway: g, hosts: [a.example], weights: { v1: 100 } }",
        "{ name: b, gateway: g, hosts: [a.example], match: { prefix: /s/ }, weights: { v1: 100 } }",
        "{ name: c, gateway: g, hosts: [a.example], match: { regex: '/s/[0-9]+' }, weights: { v1: 100 } }",
        "{ name: d, gateway: g, hosts: [a.example], match: { regex: '/t/[0-9]+' }, weights: { v1: 100 } }",
      ),
    ).toEqual([]);
  });

  it("names the pair of which nobody can say who is the more exact one, once for all of its hosts", () => {
    expect(
      advice(
        "{ name: numbers, gateway: g, hosts: [a.example, b.example], match: { regex: '/s/[0-9]+x?' }, weights: { v1: 100 } }",
        "{ name: words, gateway: g, hosts: [a.example, b.example], match: { regex: '/s/[a-z0-9]+' }, weights: { v1: 100 } }",
      ),
    ).toEqual([
      "ISM159 13: Requests that both numbers (n/s) and words (n/s) match go to numbers, since it comes first in the file: nobody can tell by their regular expressions which of them is the more exact one.",
    ]);
  });
});

it("names a pair that overlaps and is equally exact", () => {
  expect(
    advice(
      "{ name: read, gateway: g, hosts: [a.example], match: { methods: [GET, POST] }, weights: { v1: 100 } }",
      "{ name: write, gateway: g, hosts: [a.example], match: { methods: [GET, PUT] }, weights: { v1: 100 } }",
    ),
  ).toEqual([
    "ISM159 13: Requests that both read (n/s) and write (n/s) match go to read, since it comes first in the file: both are equally exact.",
  ]);
});

describe("advice on hosts", () => {
  it("says that a wildcard gets nothing from a host that another route names", () => {
    expect(
      advice(
        "{ name: wide, gateway: g, hosts: ['*.example'], match: { prefix: /s }, weights: { v1: 100 } }",
        "{ name: one, gateway: h, hosts: [a.example], match: { prefix: /t }, weights: { v1: 100 } }",
      ),
    ).toEqual([expect.stringMatching(/^ISM163 12: Route wide \(n\/s\) is for \*\.example, but not for a\.example/)]);
  });

  it.each([
    ["the other route takes everything", "hosts: [a.example]"],
    ["the other route is at another port", "hosts: [a.example], tls: { secretName: a }, match: { prefix: /t }"],
    ["the names have nothing to do with each other", "hosts: [a.other], match: { prefix: /t }"],
  ])("says nothing where %s", (_, fields) => {
    expect(
      advice(
        "{ name: wide, gateway: g, hosts: ['*.example'], match: { prefix: /s }, weights: { v1: 100 } }",
        `{ name: one, gateway: h, ${fields}, weights: { v1: 100 } }`,
      ),
    ).toEqual([]);
  });
});

describe("advice on routes inside the mesh", () => {
  it("says that what no route matches gets no answer any more", () => {
    const one = "{ name: inside, gateway: mesh, match: { prefix: /s }, weights: { v1: 100 } }";
    expect(advice(one)).toEqual([
      "ISM160 12: With inside callers inside the mesh get 404 from s.n.svc.cluster.local for every request that the route does not match; without a route they reach the service with any request.",
    ]);
    expect(advice(one, "{ name: rest, gateway: mesh, weights: { v1: 100 } }")).toEqual([]);
  });
});

it("says of a route that regional ones replace in every cluster that no cluster gets it", () => {
  const text = meshWithRoutes(
    "{ name: all, gateway: g, hosts: [a.example], weights: { v1: 100 } }",
    "{ name: one, gateway: g, hosts: [a.example], match: { fromRegions: [r] }, weights: { v1: 100 } }",
  ).replaceAll("context: w", "context: w, region: r");
  const warnings = (file: string): readonly string[] => {
    const { mesh, locate } = parseMesh(file, "mesh.yaml");
    return mesh === undefined
      ? ["no mesh"]
      : adviseMesh(mesh, locate).map(({ code, range, detail }) => `${code} ${range?.start.line}: ${detail}`);
  };
  expect(warnings(text)).toEqual([]);
  expect(warnings(text.replace("context: e", "context: e, region: r"))).toEqual([
    "ISM587 12: Route all (n/s) is in no cluster: one takes all of its requests in every region that has a cluster.",
  ]);
});

it("asks to keep such a route where its hosts are published or certified by it", () => {
  const issuers =
    "  issuers: [{ name: le, acme: { email: a@b.example, server: 'https://acme.example', http01: {} } }]\n";
  const fixWith = (settings: string): string | undefined => {
    const text = meshWithRoutes(
      `{ name: all, gateway: g, hosts: [a.example], weights: { v1: 100 }${settings} }`,
      "{ name: one, gateway: g, hosts: [a.example], match: { fromRegions: [r] }, weights: { v1: 100 }, tls: { secretName: d } }",
    )
      .replaceAll("context: w", "context: w, region: r")
      .replace("context: e", "context: e, region: r");
    const { mesh } = parseMesh(`${text}${issuers}`, "mesh.yaml");
    return mesh === undefined ? "no mesh" : adviseMesh(mesh).find(({ code }) => code === "ISM587")?.fix;
  };
  expect(fixWith(", tls: { secretName: d }")).toMatch(/^Take all out of the mesh file/);
  expect(fixWith(", tls: { secretName: d, issuer: le }, dns: { via: externalDns }")).toBe(
    "Leave it so if that is meant: what it says of dns and tls.issuer goes on to hold for its hosts.",
  );
});
