import { expect, it } from "vitest";
import { installation } from "../testing/installations.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { judgeRoots } from "./installed-roots.ts";

/** Clusters a, b, … that trust these roots. */
function trusting(...roots: readonly (readonly string[])[]): Parameters<typeof judgeRoots>[0] {
  const [cluster] = twoClusters.clusters;
  return cluster === undefined
    ? []
    : roots.map((own, index) => {
        const name = "abcdefgh".charAt(index);
        return { cluster: { ...cluster, name }, context: name, installed: installation(name, { roots: own }) };
      });
}

function found(...roots: readonly (readonly string[])[]): readonly string[] {
  return judgeRoots(trusting(...roots)).map(
    ({ code, severity, cluster, detail }) => `${severity} ${code} ${cluster}: ${detail}`,
  );
}

it("takes clusters that have a root in common pair by pair", () => {
  expect(found(["1"], ["1"])).toEqual([]);
  expect(found(["1", "2"], ["1", "2"], ["2"])).toEqual([]);
  expect(found(["1"])).toEqual([]);
});

it("refuses a pair that has none, also where both have one in common with a third cluster", () => {
  expect(found(["1"], ["2"])).toEqual([expect.stringMatching(/^error ISM578 b: .* with that of a, so that/)]);
  expect(found(["1", "2"], ["1"], ["2"])).toEqual([
    expect.stringMatching(/^error ISM578 c: .* with that of b, so that/),
  ]);
});

it("names a cluster once, however many it does not fit", () => {
  const many = found(...["1", "1", "1", "1", "1", "1", "2"].map((root) => [root]));
  expect(many).toEqual([expect.stringContaining("with that of a, b, c, d, e and 1 more, so that")]);
});

it("warns of a cluster that does not say its roots, and refuses nothing for it", () => {
  expect(found(["1"], [])).toEqual([expect.stringMatching(/^warning ISM585 b: /)]);
  expect(found([])).toEqual([]);
});
