import { expect, it } from "vitest";
import { describeTimes } from "../../scripts/slowest-tests.ts";

it("names the ten slowest tests of a run and the time of each group, so that a slow one is seen by whoever wrote it", () => {
  const tests = Array.from({ length: 12 }, (_, index) => ({
    group: index % 2 === 0 ? "unit" : "wire",
    file: `src/${index}.test.ts`,
    name: "waits",
    seconds: index,
  }));
  const lines = describeTimes(
    tests,
    new Map([
      ["unit", 30],
      ["wire", 36],
    ]),
  );
  expect(lines.slice(0, 3)).toEqual(["Time of each group's files:", "  36.0 s  wire", "  30.0 s  unit"]);
  expect(lines.slice(4)).toHaveLength(10);
  expect(lines[4]).toBe("  11.0 s  wire  src/11.test.ts: waits");
  expect(lines.join("\n")).not.toContain("src/1.test.ts");
});
