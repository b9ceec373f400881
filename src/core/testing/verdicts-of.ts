import { compilePolicies } from "../policies/network-policy.ts";
import { policyFactsOf } from "../policies/policy-facts-of.ts";
import { reachMatrix } from "../policies/reach-matrix.ts";
import type { PolicyCase } from "./arbitrary-policies.ts";
import { caseProbes, endsOfCase } from "./arbitrary-policies.ts";

/** One matrix for each probe: a row for each end that connects, a letter for each that is connected to, `X` where the connection comes about. */
export type Verdicts = readonly (readonly string[])[];

/** What our engine says of a case. */
export function verdictsOf(one: PolicyCase): Verdicts {
  const set = compilePolicies(one.policies.map(policyFactsOf));
  const ends = endsOfCase(one);
  return caseProbes.map((at) => {
    const matrix = reachMatrix(set, ends, at);
    return withoutItself(
      one,
      ends.map((_, from) => ends.map((_, to) => (matrix.isOpen(from, to) ? "X" : ".")).join("")),
    );
  });
}

/** A pod's way to itself is left out: no policy closes it, and engines are not asked about it. */
export function withoutItself({ pods }: PolicyCase, rows: readonly string[]): readonly string[] {
  return rows.map((row, place) => (place < pods.length ? `${row.slice(0, place)}-${row.slice(place + 1)}` : row));
}
