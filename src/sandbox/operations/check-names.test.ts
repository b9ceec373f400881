import { describe, expect, it } from "vitest";
import { checkClusters, checkInstanceName } from "./check-names.ts";

function clusters(
  ...names: readonly string[]
): readonly { readonly name: string; readonly region: string; readonly zone: string }[] {
  return names.map((name) => ({ name, region: "r", zone: "z" }));
}

describe("checkInstanceName", () => {
  it.each(["default", "a", "x-1", "a".repeat(20)])("takes %s", (name) => {
    expect(checkInstanceName(name)).toEqual([]);
  });

  it.each(["", "A", "-a", "a-", "a.b", "a/b", "../x", "a b", "a".repeat(21)])("refuses %j", (name) => {
    expect(checkInstanceName(name).map((one) => one.code)).toEqual(["ISM732"]);
  });
});

describe("checkClusters", () => {
  it.each([
    ["one cluster", clusters("west")],
    ["fifteen clusters", clusters(...Array.from({ length: 15 }, (_, index) => `c${index}`))],
  ])("takes %s", (_, asked) => {
    expect(checkClusters(asked)).toEqual([]);
  });

  it.each([
    ["no cluster", clusters(), /1 to 15/],
    ["sixteen clusters", clusters(...Array.from({ length: 16 }, (_, index) => `c${index}`)), /16 were asked/],
    ["a name twice", clusters("west", "west"), /Two clusters are called west/],
    ["a name with a dot", clusters("a.b"), /no name for a cluster/],
    ["a region that is no label value", [{ name: "a", region: "eu west", zone: "z" }], /region of a/],
  ])("refuses %s", (_, asked, message) => {
    expect(checkClusters(asked).map((one) => one.detail)).toEqual([expect.stringMatching(message)]);
  });

  it("tells everything that is wrong at once", () => {
    expect(checkClusters(clusters("A", "B"))).toHaveLength(2);
  });
});
