import { runsOfToday } from "../../../test/part-of-today.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { Secret } from "../secret.ts";
import { writeYaml } from "./object-yaml.ts";

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    "on",
    "off",
    "yes",
    "no",
    "y",
    "n",
    "~",
    "null",
    "0777",
    "1_000",
    "12:30:45",
    "1e3",
    "0x1f",
    "2026-01-02",
  ),
  fc.array(fc.constantFrom(" ", "\n", "a", "#", ": ", "- "), { maxLength: 12 }).map((parts) => parts.join("")),
);

describe("YAML of an object", () => {
  it.each(["1.1", "1.2"] as const)("is read as the same value by readers of YAML %s", (version) => {
    fc.assert(
      fc.property(
        fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text)), { noNullPrototype: true }),
        (value) => {
          expect(parse(writeYaml(value), { version, merge: false })).toEqual(value);
        },
      ),
      { numRuns: runsOfToday(1000) },
    );
  });

  it("quotes what YAML 1.1 takes for a boolean, and nothing else", () => {
    expect(writeYaml({ name: "on", mode: "only" })).toBe('name: "on"\nmode: only\n');
  });

  it.each([
    ["0O17", '"0O17"'],
    ["0B1", '"0B1"'],
    ["a \u2028 b", '"a \\u2028 b"'],
    ["\u0085", '"\\u0085"'],
    [1e21, "1.0e+21"],
    [1e-7, "1.0e-7"],
    [9007199254740993n, "9007199254740993"],
  ])("writes %s so that no reader takes it for something else", (value, text) => {
    expect(writeYaml({ a: value })).toBe(`a: ${text}\n`);
  });

  it("writes the same part twice in full, without anchors", () => {
    const shared = { a: 1 };
    expect(writeYaml({ one: shared, two: shared })).toBe("one:\n  a: 1\ntwo:\n  a: 1\n");
  });

  it("shows a Secret as its fingerprint", () => {
    expect(writeYaml({ key: new Secret("one") })).toMatch(/^key: <redacted:sha256:[0-9a-f]{8}>\n$/);
  });
});
