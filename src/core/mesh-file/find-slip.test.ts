import { describe, expect, it } from "vitest";
import { createSourceText } from "./source-text.ts";
import { parseMesh } from "./parse.ts";
import { readYaml } from "./read-yaml.ts";

const mesh = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: nord }
spec:
  clusters:
    - { name: kiel, context: kiel }
  services:
    - name: web
      namespace: shop
      port: 80
      versions: { v1: { clusters: [kiel] } }
`;

describe("a slip of the pen in YAML", () => {
  it.each([
    ["no space behind a colon", "port: 80", "port:80", [10, 11], "Put a space behind the colon."],
    ["a no-break space", "namespace: shop", "namespace:\u00a0shop", [9, 16], "Write the space behind the colon again."],
    ["no space behind a dash", "- name: web", "-name: web", [8, 5], "Put a space behind the dash."],
    [
      "a line that stands too far left",
      "      port: 80",
      "     port: 80",
      [10, 6],
      "Align it with the lines that it belongs to, or begin it with a dash and a space if it is an entry of the list.",
    ],
  ] as const)("is named where it is: %s", (_name, right, wrong, [line, column], fix) => {
    expect(parseMesh(mesh, "mesh.yaml").diagnostics).toEqual([]);
    const { diagnostics } = parseMesh(mesh.replace(right, wrong), "mesh.yaml");
    expect(diagnostics.map(({ code, range, fix: told }) => [code, range?.start, told])).toEqual([
      ["ISM101", { line, column }, fix],
    ]);
  });

  it.each([
    ["a colon in a value", "a: b: c\n", "Nested mappings are not allowed in compact mappings."],
    [
      "a URL that goes on in a line of its own",
      "a: b\nhttps://c.example\nd: e\n",
      "Implicit keys need to be on a single line.",
    ],
  ])("is nothing that has another reason: %s", (_name, text, said) => {
    const [first] = readYaml(createSourceText(text, "mesh.yaml")).diagnostics;
    expect(first?.detail).toContain(said);
  });
});

describe("documents of a mesh file", () => {
  it.each([
    ["before it", `---\n# remark\n---\n${mesh}`],
    ["behind it", `${mesh}---\n`],
    ["on both sides", `---\n---\n${mesh}---\n# remark\n---\n`],
  ])("count only where they have content: empty ones %s", (_name, text) => {
    expect(parseMesh(text, "mesh.yaml").diagnostics).toEqual([]);
  });

  it("are not two", () => {
    const { diagnostics } = parseMesh(`---\n---\n${mesh}---\nkind: Mesh\n`, "mesh.yaml");
    expect(diagnostics.map(({ code, range }) => [code, range?.start.line])).toEqual([["ISM107", 14]]);
  });

  it("are UTF-8, and not what becomes of another encoding", () => {
    const text = Buffer.from(mesh.replace("name: nord", "name: nörd"), "latin1").toString("utf8");
    const { diagnostics } = parseMesh(text, "mesh.yaml");
    expect(diagnostics.map(({ code, range }) => [code, range?.start])).toEqual([["ISM112", { line: 3, column: 20 }]]);
  });
});
