import { expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import { meshWithRoutes } from "../testing/mesh-with-routes.ts";
import { adviseLiteralPaths } from "./literal-paths.ts";

function advice(match: string): readonly string[] {
  const route = `{ name: r, gateway: g, hosts: [a.example], weights: { v1: 100 }, match: { ${match} } }`;
  const { mesh, diagnostics, locate } = parseMesh(meshWithRoutes(route), "mesh.yaml");
  expect(diagnostics).toEqual([]);
  return mesh === undefined
    ? []
    : adviseLiteralPaths(mesh, locate).map(({ code, fix, range }) => `${code} ${range?.start.line} ${fix}`);
}

const table = [
  ["prefix: '/*'", "prefix: /"],
  ["prefix: '/img/*'", "prefix: /img/"],
  ["exact: '/img/**'", "prefix: /img/"],
  ["exact: '/img/*.png'", String.raw`regex: "/img/[^/]*\\.png"`],
  ["exact: '/a/*/b'", 'regex: "/a/[^/]*/b"'],
  ["exact: '/api/:id'", 'regex: "/api/[^/]+"'],
  ["prefix: '/api/:id/parts'", 'regex: "/api/[^/]+/parts.*"'],
  ["regex: '/a/*'", 'regex: "/a/.*"'],
  ["regex: '/b/*.png'", 'regex: "/b/.*.png"'],
] as const;

it.each(table)("says that a pattern of other tools is none: %s", (match, instead) => {
  expect(advice(match)).toEqual([`ISM727 12 Write ${instead} if that is what is meant; otherwise leave it so.`]);
});

it.each(table)("has nothing to say of what it advises for %s", (_match, instead) => {
  expect(advice(instead)).toEqual([]);
});

it.each([
  "prefix: /",
  "exact: '/v1/things:cancel'",
  "regex: '/a/.*'",
  "regex: '/a/[a-z]*'",
  String.raw`regex: '/a\/*b'`,
])("says nothing of %s", (match) => {
  expect(advice(match)).toEqual([]);
});
