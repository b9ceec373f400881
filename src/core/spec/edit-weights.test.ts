import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editWeights } from "./edit-weights.ts";
import { parseMesh } from "./parse.ts";

const sandbox = readFileSync(fileURLToPath(new URL("../../../examples/sandbox.yaml", import.meta.url)), "utf8");

describe("editing weights", () => {
  it("changes the numbers and nothing else", () => {
    const edited = editWeights(sandbox, { service: "helloworld", weights: { v1: 50, v2: 50 } });
    expect(edited.text).toBe(sandbox.replace("{ v1: 10, v2: 90 }", "{ v1: 50, v2: 50 }"));
    expect(edited.changed).toBe(true);
  });

  it("says that nothing changed when the weights are those already", () => {
    expect(editWeights(sandbox, { service: "helloworld", weights: { v1: 10, v2: 90 } })).toEqual({ text: sandbox, changed: false, diagnostics: [] });
  });

  const table: readonly [string, string, Record<string, number>, string][] = [
    ["keeps comments and block style", "weights:\n          v1: 10 # little\n          v2: 90\n", { v1: 0, v2: 100 }, "weights:\n          v1: 0 # little\n          v2: 100\n"],
    ["adds a version in flow style", "weights: { v1: 100 }\n", { v1: 60, v2: 40 }, "weights: { v1: 60, v2: 40 }\n"],
    ["adds a version in block style", "weights:\n          v1: 100\n", { v1: 60, v2: 40 }, "weights:\n          v1: 60\n          v2: 40\n"],
    ["gives 0 to a version that is not named", "weights: { v1: 10, v2: 90 }\n", { v1: 100 }, "weights: { v1: 100, v2: 0 }\n"],
  ];
  it.each(table)("%s", (_name, before, weights, after) => {
    const text = (part: string): string => `spec:\n  services:\n    - name: s\n      routes:\n        - name: r\n          ${part}`;
    expect(editWeights(text(before), { service: "s", weights }).text).toBe(text(after));
  });

  it("of an unknown service suggests a near one and changes nothing", () => {
    const edited = editWeights(sandbox, { service: "helloword", weights: { v1: 100 } });
    expect(edited.text).toBe(sandbox);
    expect(edited.diagnostics[0]).toMatchObject({ code: "ISM150", fix: "Did you mean helloworld?" });
  });

  it("always gives exactly the asked weights and keeps every byte outside of the numbers", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), (v1) => {
        const { text } = editWeights(sandbox, { service: "helloworld", weights: { v1, v2: 100 - v1 } });
        expect(parseMesh(text, "m").mesh?.services[0]?.routes[0]?.weights).toEqual({ v1, v2: 100 - v1 });
        const blank = (one: string): string => one.replace(/weights: \{ v1: \d+, v2: \d+ \}/, "weights");
        expect(blank(text)).toBe(blank(sandbox));
      }),
    );
  });
});
