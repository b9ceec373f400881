import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { healthyFacts } from "../testing/healthy-facts.ts";
import { categories } from "./check.ts";
import { checks } from "./list.ts";

const ids = checks.map((one) => one.id);
const folder = import.meta.dirname;

describe("the list of checks", () => {
  it("has every check once, and its file's name in its category's folder is its id", () => {
    const files = categories.flatMap((category) =>
      readdirSync(path.join(folder, category))
        .filter((file) => !file.endsWith(".test.ts"))
        .map((file) => `${category}/${file.replace(/\.ts$/, "")}`),
    );
    expect(ids.toSorted(), "list.ts and the files of the categories' folders differ").toEqual(files.toSorted());
  });

  it("has a table test for every category, in which each of its checks finds something", () => {
    const without = categories.filter((category) => {
      const table = path.join(folder, category, "table.test.ts");
      return !existsSync(table) || !readFileSync(table, "utf8").includes(`unshown("${category}", table)`);
    });
    expect(without).toEqual([]);
  });

  it("has the categories in their order", () => {
    const order = ids.map((id) => categories.findIndex((category) => id.startsWith(`${category}/`)));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it("says for each what holds, in lower case and without a full stop", () => {
    expect(checks.map((one) => one.sentence).filter((sentence) => !/^[a-z].*[^.]$/.test(sentence))).toEqual([]);
  });
});

// The healthy mesh has no network policies, which --strict asks for.
const usual = checks.filter(({ strict }) => strict !== true);

it.each(usual.map((one) => [one.sentence, one] as const))("finds nothing on a healthy mesh: %s", (_, check) => {
  expect(check.run(healthyFacts())).toEqual([]);
});
