import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countEdits, suggestName } from "./suggest.ts";

describe("a suggestion", () => {
  const fields = ["name", "network", "region", "context", "rancherId"];
  const table: readonly (readonly [string, string, string | undefined])[] = [
    ["swaps letters back", "netwrok", "network"],
    ["adds a missing letter", "contxt", "context"],
    ["takes a letter away", "regionn", "region"],
    ["knows other capitals", "RANCHERID", "rancherId"],
    ["is not made for something else entirely", "labels", undefined],
    ["is not made for a short word with two errors", "nmi", undefined],
    ["is not the word itself", "name", undefined],
    ["is not made for nothing", "", undefined],
  ];
  it.each(table)("%s", (_sentence, word, wanted) => {
    expect(suggestName(word, fields)).toBe(wanted);
  });

  it("is the nearest, and of equally near ones the first", () => {
    expect(suggestName("v22", ["v1", "v2", "v3"])).toBe("v2");
    expect(suggestName("v4", ["v1", "v2"])).toBe("v1");
  });
});

describe("the edit distance", () => {
  it("is a distance: nothing for equal texts, the same both ways, at most the longer text", () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const edits = countEdits(a, b);
        expect(edits).toBe(countEdits(b, a));
        expect(edits === 0).toBe(a === b);
        expect(edits).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(edits).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });
});
