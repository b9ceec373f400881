import { describe, expect, it } from "vitest";
import { parseMesh } from "./parse.ts";

const meshWith = (value: string): string => `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: nord }
spec:
  clusters: [{ name: kiel, context: kiel }]
  istio: { version: 1.31.0, install: helm, values: { pilot: { a: ${value} } } }
`;

/** What is said of a value of a chart. */
function said(value: string): readonly string[] {
  return parseMesh(meshWith(value), "mesh.yaml").diagnostics.map(({ code, fix }) => `${code} ${fix}`);
}

describe("a value for Istio's charts", () => {
  it.each([
    ["no", 'ISM725 Write false, or "no" if that is meant; both are read alike everywhere.'],
    ["On", 'ISM725 Write true, or "On" if that is meant; both are read alike everywhere.'],
    ["y", 'ISM725 Write true, or "y" if that is meant; both are read alike everywhere.'],
    ["0400", "ISM725 Write 256, or 400 if that is meant; both are read alike everywhere."],
    ["1_000", 'ISM725 Write 1000, or "1_000" if that is meant; both are read alike everywhere.'],
    ["0b11", 'ISM725 Write 3, or "0b11" if that is meant; both are read alike everywhere.'],
    ["[{ defaultMode: 0755 }]", "ISM725 Write 493, or 755 if that is meant; both are read alike everywhere."],
    ["{ off: 1 }", 'ISM725 Write "off", or false if that is meant; both are read alike everywhere.'],
  ])("is told where helm reads it otherwise: %s", (value, expected) => {
    expect(said(value)).toEqual([expected]);
  });

  it.each([
    "'no'",
    "false",
    "400",
    "0o17",
    "0x1F",
    "1e3",
    "1.0",
    "~",
    "190:20:30",
    "2026-11-30",
    '"0400"',
    "nope",
    "-1",
    "!!str no",
    "!!str 0400",
    "{ <<: { b: 1 }, c: 2 }",
  ])("is taken where both read it alike: %s", (value) => {
    expect(said(value)).toEqual([]);
  });

  it.each(["no", "0400", "1_000"])("is in order with either half of the fix: %s", (value) => {
    const [, one = "", other = ""] = /Write (\S+), or (\S+) if/.exec(said(value)[0] ?? "") ?? [];
    expect([said(one), said(other)]).toEqual([[], []]);
  });

  it("is a warning, and is looked at once behind an alias of a mapping", () => {
    const { mesh, diagnostics } = parseMesh(meshWith("&common { c: no }, b: *common"), "mesh.yaml");
    expect(mesh).toBeDefined();
    expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["warning ISM725"]);
  });

  it("is told where it is used, behind an alias too", () => {
    const text = meshWith("*mode").replace("kiel, context", "&mode no, context");
    expect(parseMesh(text, "mesh.yaml").diagnostics.map(({ code, range }) => [code, range?.start])).toEqual([
      ["ISM725", { line: 6, column: 66 }],
    ]);
  });
});
