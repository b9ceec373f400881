import { runsOfToday } from "../../../test/part-of-today.ts";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editWeights } from "./edit-weights.ts";
import { parseMesh } from "./parse.ts";

const sandbox = readFileSync(fileURLToPath(new URL("../../../examples/sandbox.yaml", import.meta.url)), "utf8");

/** A valid file with three versions, around the text of one route's weights. */
function fileWith(weights: string, before = ""): string {
  return `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters: [{ name: west, context: w }]
  services:
    - name: s
      namespace: n
      port: 80
      versions:
        v1: { clusters: [west] }
        v2: { clusters: [west] }
        "3": { clusters: [west] }
      routes:
${before}        - name: r
          gateway: g
          hosts: ["*"]
          ${weights}
          match: { exact: /hello } # the end
`;
}

const block = "weights:\n            v1: 100";

const edits: readonly (readonly [string, string, Record<string, number>, string])[] = [
  ["numbers in a flow map", "weights: { v1: 10, v2: 90 }", { v1: 50, v2: 50 }, "weights: { v1: 50, v2: 50 }"],
  [
    "numbers in a block map, comments kept",
    "weights:\n            v1: 10 # few\n            # most\n            v2:   90",
    { v1: 0, v2: 100 },
    "weights:\n            v1: 0 # few\n            # most\n            v2:   100",
  ],
  [
    "a number that is right already stays as it is written",
    'weights: { v1: 0x0A, v2: 80, "3": 10 }',
    { v1: 10, v2: 70, "3": 20 },
    'weights: { v1: 0x0A, v2: 70, "3": 20 }',
  ],
  ["versions that are not named get 0", "weights: { v1: 10, v2: 90 }", { v1: 100 }, "weights: { v1: 100, v2: 0 }"],
  ["a version is added to a flow map", "weights: { v1: 100 }", { v1: 60, v2: 40 }, "weights: { v1: 60, v2: 40 }"],
  [
    "a version is added to a tight flow map",
    "weights: {v1: 90,v2: 10}",
    { v1: 90, "3": 10 },
    'weights: {v1: 90,v2: 0,"3": 10}',
  ],
  [
    "a version is added with the quotes of the others",
    "weights: {'v1':100}",
    { v1: 60, v2: 40 },
    "weights: {'v1':60, 'v2':40}",
  ],
  [
    "a version is added before a trailing comma",
    "weights: { v1: 100, }",
    { v1: 60, v2: 40 },
    "weights: { v1: 60, v2: 40, }",
  ],
  [
    "a version is added to a flow map on several lines",
    "weights: {\n            v1: 100 # all\n            }",
    { v1: 60, v2: 40 },
    "weights: {\n            v1: 60,\n            v2: 40 # all\n            }",
  ],
  ["a version is added to a block map", block, { v1: 60, v2: 40 }, "weights:\n            v1: 60\n            v2: 40"],
  [
    "a version is added after the comment of the last one",
    `${block} # all`,
    { v1: 60, v2: 40 },
    "weights:\n            v1: 60 # all\n            v2: 40",
  ],
  ["a version that gets 0 is not added", block, { v1: 100, v2: 0 }, block],
  ["an anchor stays", "weights: { v1: &x 100 }", { v1: 60, v2: 40 }, "weights: { v1: &x 60, v2: 40 }"],
  ["a tag stays", 'weights: { v1: !!int "100" }', { v1: 60, v2: 40 }, "weights: { v1: !!int 60, v2: 40 }"],
];

describe("editing weights", () => {
  it.each(edits)("changes nothing else: %s", (_sentence, before, weights, after) => {
    const edited = editWeights(fileWith(before), { service: "s", weights });
    expect(edited.diagnostics).toEqual([]);
    expect(edited.text).toBe(fileWith(after));
    expect(edited.changed).toBe(before !== after);
  });

  it("keeps a byte order mark and Windows line ends", () => {
    const text = `\ufeff${fileWith(block).replaceAll("\n", "\r\n")}`;
    const edited = editWeights(text, { service: "s", weights: { v1: 60, v2: 40 } });
    const wanted = fileWith("weights:\n            v1: 60\n            v2: 40");
    expect(edited.text).toBe(`\ufeff${wanted.replaceAll("\n", "\r\n")}`);
  });

  it("works at the end of a file without a line break", () => {
    const text = fileWith("weights: { v1: 100 }").replace("          weights: { v1: 100 }\n", "");
    const end = `${text}          weights:\n            v1: 100`;
    expect(editWeights(end, { service: "s", weights: { v2: 100 } }).text).toBe(
      `${text}          weights:\n            v1: 0\n            v2: 100`,
    );
  });

  it("says that nothing changed when the weights are those already", () => {
    expect(editWeights(sandbox, { service: "helloworld", weights: { v1: 10, v2: 90 } })).toEqual({
      text: sandbox,
      changed: false,
      diagnostics: [],
    });
  });

  it("writes an alias out where it stands", () => {
    const other = "        - { name: q, gateway: g, hosts: [a.example], weights: &w { v1: 100 } }\n";
    const edited = editWeights(fileWith("weights: *w", other), { service: "s", route: "r", weights: { v2: 100 } });
    expect(edited.text).toBe(fileWith('weights: { "3": 0, v1: 0, v2: 100 }', other));
  });

  it("overrides a merge key with keys of its own", () => {
    const other = "        - { name: q, gateway: g, hosts: [a.example], weights: &w { v1: 100 } }\n";
    const text = fileWith("weights:\n            <<: *w\n            v2: 0", other);
    const edited = editWeights(text, { service: "s", route: "r", weights: { v1: 60, v2: 40 } });
    expect(edited.text).toBe(fileWith("weights:\n            <<: *w\n            v2: 40\n            v1: 60", other));
  });

  it("refuses to change weights that another route uses too", () => {
    const other = "        - { name: q, gateway: g, hosts: [a.example], weights: &w { v1: 100 } }\n";
    const text = fileWith("weights: *w", other);
    const edited = editWeights(text, { service: "s", route: "q", weights: { v2: 100 } });
    expect(edited).toMatchObject({ text, changed: false, diagnostics: [{ code: "ISM154" }] });
    expect(edited.diagnostics[0]?.range?.start).toEqual({ line: 15, column: 66 });
  });

  const several = sandbox.replace(
    "  services:\n",
    `  services:
    - { name: twin, namespace: a, port: 1 }
    - { name: twin, namespace: b, port: 1, versions: { v1: { clusters: [west] } }, routes: [{ name: one, gateway: g, hosts: ["*"], weights: { v1: 100 } }, { name: two, gateway: g, hosts: [a.example], weights: { v1: 100 } }] }
    - { name: gone, namespace: c, port: 1, versions: { v1: { clusters: [west] } }, routes: [{ name: a, gateway: g, hosts: [e.example], redirect: { uri: / } }, { name: b, gateway: g, hosts: [f.example], redirect: { uri: / } }] }
    - { name: moved, namespace: c, port: 1, versions: { v1: { clusters: [west] } }, routes: [{ name: old, gateway: g, hosts: [c.example], redirect: { uri: / } }, { name: new, gateway: g, hosts: [d.example], weights: { v1: 100 } }] }
`,
  );
  const refusals: readonly (readonly [string, Parameters<typeof editWeights>[1], string, RegExp])[] = [
    ["a service that is not there", { service: "helloword", weights: { v1: 100 } }, "ISM151", /mean helloworld\?/],
    [
      "a service that is not in the namespace",
      { service: "helloworld", namespace: "other", weights: { v1: 100 } },
      "ISM151",
      /sample/,
    ],
    ["a service of several namespaces", { service: "twin", weights: { v1: 100 } }, "ISM152", /a, b/],
    ["a service without routes", { service: "twin", namespace: "a", weights: { v1: 100 } }, "ISM153", /Add a route/],
    ["a route that redirects", { service: "moved", route: "old", weights: { v1: 100 } }, "ISM586", /that has weights/],
    [
      "a service of which every route redirects",
      { service: "gone", weights: { v1: 100 } },
      "ISM586",
      /Add a route with weights/,
    ],
    [
      "a route that is not there, beside one that redirects",
      { service: "moved", route: "nev", weights: { v1: 100 } },
      "ISM153",
      /mean new\?/,
    ],
    ["one of several routes", { service: "twin", namespace: "b", weights: { v1: 100 } }, "ISM153", /one, two/],
    [
      "a route that is not there",
      { service: "twin", namespace: "b", route: "twoo", weights: { v1: 100 } },
      "ISM153",
      /mean two\?/,
    ],
    ["a version that is not there", { service: "helloworld", weights: { v1: 50, v22: 50 } }, "ISM129", /mean v2\?/],
    [
      "a version with the name of something built in",
      { service: "helloworld", weights: { constructor: 100 } },
      "ISM129",
      /v1, v2/,
    ],
    ["weights that do not sum to 100", { service: "helloworld", weights: { v1: 50, v2: 51 } }, "ISM128", /100/],
    ["half a percent", { service: "helloworld", weights: { v1: 0.5, v2: 99.5 } }, "ISM130", /whole/],
  ];
  it.each(refusals)("refuses %s and changes nothing", (_sentence, edit, code, fix) => {
    const edited = editWeights(several, edit);
    expect(edited).toMatchObject({ text: several, changed: false });
    expect(edited.diagnostics[0]?.code).toBe(code);
    expect(edited.diagnostics[0]?.fix).toMatch(fix);
  });

  it("refuses an invalid file with its problems", () => {
    const edited = editWeights("kind: Mesh\n", { service: "s", weights: {}, fileName: "my.yaml" });
    expect(edited.changed).toBe(false);
    expect(edited.diagnostics.map((one) => one.range?.file)).toContain("my.yaml");
  });

  it("gives exactly the asked weights and keeps every byte outside of the numbers", () => {
    const percent = fc
      .tuple(fc.nat(100), fc.nat(100))
      .map(([a, b]) => ({ v1: Math.min(a, b), v2: Math.abs(a - b), "3": 100 - Math.max(a, b) }));
    const comment = fc.constantFrom("", " # one", " # { v1: 1 }");
    const layout = fc.tuple(fc.boolean(), comment, comment, fc.constantFrom("", '"', "'"), fc.constantFrom(" ", "   "));
    fc.assert(
      fc.property(
        percent,
        percent,
        layout,
        fc.boolean(),
        (old, wanted, [flow, first, second, quote, space], windows) => {
          const pairs = Object.entries(old).map(
            ([name, weight]) => `${name === "3" ? '"3"' : quote + name + quote}:${space}${weight}`,
          );
          const weights = flow
            ? `weights:${first === "" ? "" : `${first}\n           `} { ${pairs.join(", ")} }${second}`
            : `weights:${first}\n${pairs.map((pair) => `            ${pair}${second}`).join("\n")}`;
          const text = fileWith(weights).replaceAll("\n", windows ? "\r\n" : "\n");
          const edited = editWeights(text, { service: "s", weights: wanted });
          expect(edited.diagnostics).toEqual([]);
          expect(parseMesh(edited.text, "m").mesh?.services[0]?.routes[0]?.weights).toEqual(wanted);
          const blank = (one: string): string => one.replaceAll(/((?:v[12]|3)['"]?: +)\d+/g, "$1#");
          expect(blank(edited.text)).toBe(blank(text));
          expect(edited.changed).toBe(edited.text !== text);
        },
      ),
      { numRuns: runsOfToday(150) },
    );
  });
});
