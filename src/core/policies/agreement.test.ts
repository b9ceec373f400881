import { runsOfToday } from "../../../test/part-of-today.ts";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PolicyCase } from "../testing/arbitrary-policies.ts";
import { arbitraryPolicyCase, caseProbes, endsOfCase } from "../testing/arbitrary-policies.ts";
import { verdictsOf } from "../testing/verdicts-of.ts";
import { compilePolicies } from "./network-policy.ts";
import { policyFactsOf } from "./policy-facts-of.ts";
import { reach } from "./reach.ts";
import { reachMatrix } from "./reach-matrix.ts";

/** A line for each case: the case and the verdicts of kube-network-policies v0.8.0 over it, as hashes; test/network-policies writes it. */
const recorded = new URL("testdata/verdicts.txt", import.meta.url);

const hash = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);

describe("the engine of NetworkPolicies", () => {
  it("agrees with kube-network-policies on cases whose verdicts are recorded", () => {
    const lines = existsSync(recorded) ? readFileSync(recorded, "utf8").trim().split("\n") : [];
    expect(lines).toHaveLength(400);
    const cases = fc.sample(arbitraryPolicyCase({ plain: false }), { seed: 13, numRuns: lines.length });
    expect(cases.map((one) => `${hash(one)} ${hash(verdictsOf(one))}`)).toEqual(lines);
  });

  it("says of every pair of a matrix what it says of the pair alone", () => {
    fc.assert(
      fc.property(arbitraryPolicyCase({ plain: false }), (one: PolicyCase) => {
        const set = compilePolicies(one.policies.map(policyFactsOf));
        const ends = endsOfCase(one);
        for (const at of caseProbes) {
          const matrix = reachMatrix(set, ends, at);
          for (const [row, from] of ends.entries()) {
            for (const [column, to] of ends.entries()) {
              expect(matrix.isOpen(row, column)).toBe(reach(set, { from, to, ...at }).open);
            }
          }
        }
      }),
      { numRuns: runsOfToday(60) },
    );
  });
});
