import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactNumber, readJson, writeJson } from "./exact-json.ts";

describe("JSON with integers of 64 bits", () => {
  it.each([
    ["9007199254740993", 9007199254740993n],
    ["-9007199254740993", -9007199254740993n],
    ["9223372036854775807", 9223372036854775807n],
    ["-9223372036854775808", -9223372036854775808n],
    ["9007199254740991", 9007199254740991],
    ["9223372036854775808", 9223372036854775808],
    ["9007199254740993.5", 9007199254740994n],
    ["9007199254740993e2", 900719925474099300n],
    ['"9007199254740993"', "9007199254740993"],
    ['"a: 9007199254740993 \\" 9007199254740993"', 'a: 9007199254740993 " 9007199254740993'],
  ])("has %s exactly", (text, value) => {
    const inside = `{"a":[1, ${text}],"b":${text}}`;
    expect(readJson(inside)).toEqual({ a: [1, value], b: value });
    expect(readJson(writeJson({ a: [1, value], b: value }))).toEqual({ a: [1, value], b: value });
  });

  it("is what JSON is for everything else, and gives every integer back", () => {
    const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: "binary" }),
        integer.map((value) => exactNumber(String(value))),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => exactNumber(String(value + 0))),
        fc.constantFrom(null, true, "integer:9007199254740993"),
        fc.array(tie("tree")),
        fc.dictionary(fc.string(), tie("tree")),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = writeJson(value, indent);
        expect(readJson(text)).toEqual(value);
      }),
    );
  });
});
