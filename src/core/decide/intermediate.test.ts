import { describe, expect, it } from "vitest";
import type { IntermediateFacts, Trust } from "./intermediate.ts";
import { decideIntermediate } from "./intermediate.ts";

const now = Date.parse("2026-11-23T12:00:00Z");
const healthy: IntermediateFacts = {
  cluster: "west",
  now,
  meshRoot: trustOf("aa"),
  present: { ...trustOf("aa"), notBefore: now - 1000, notAfter: now + 1000, locality: "west", flaw: undefined },
  newEnds: now + 9000,
};

/** Trusts these roots, the first of which it signs under. */
function trustOf(...roots: readonly string[]): Trust {
  return {
    trusts: roots.map((identity) => ({ identity, fingerprint: identity.toUpperCase() })),
    leadsTo: roots.slice(0, 1),
  };
}

/** The healthy cluster with other trust. */
function presentWith(trust: Trust): Partial<IntermediateFacts> {
  return { present: { ...trust, notBefore: now - 1000, notAfter: now + 1000, locality: "west", flaw: undefined } };
}

describe("a cluster's intermediate", () => {
  const table: readonly [string, Partial<IntermediateFacts>, string, string][] = [
    [
      "is kept while it is valid and of the mesh's root",
      {},
      "keep",
      "the intermediate is valid and signed by the mesh's root",
    ],
    [
      "is kept when the mesh's root is not known here",
      { meshRoot: undefined },
      "keep",
      "the intermediate is valid and signed by the mesh's root",
    ],
    ["is issued where there is none", { present: undefined }, "issue", "the cluster has no cacerts"],
    ["is issued again when it has expired", { now: now + 1000 }, "issue", "the intermediate has expired"],
    [
      "is renewed when two thirds of its lifetime are over",
      { now: now + 334 },
      "issue",
      "the intermediate is past two thirds of its lifetime",
    ],
    ["is kept until then", { now: now + 332 }, "keep", "the intermediate is valid and signed by the mesh's root"],
    [
      "is kept late in its lifetime where the root's key is elsewhere",
      { now: now + 500, newEnds: undefined },
      "keep",
      "the intermediate is valid and signed by the mesh's root",
    ],
    [
      "is kept where a new one would end no later, as below a root that ends itself",
      { now: now + 500, newEnds: now + 1000 },
      "keep",
      "the intermediate is valid and signed by the mesh's root",
    ],
    [
      "is kept late in its lifetime where somebody else made it",
      {
        now: now + 500,
        present: {
          ...trustOf("aa"),
          notBefore: now - 1000,
          notAfter: now + 1000,
          locality: undefined,
          flaw: undefined,
        },
      },
      "keep",
      "the intermediate is valid and signed by the mesh's root",
    ],
    [
      "is kept late in its lifetime in the middle of a rotation, of which a new one would know nothing",
      { ...presentWith(trustOf("aa", "bb")), now: now + 500 },
      "keep",
      "the intermediate is valid and signed by the mesh's root",
    ],
    [
      "is never replaced under another root",
      { meshRoot: trustOf("bb") },
      "refuse",
      "the cluster's root is AA, the mesh's root is BB",
    ],
    [
      "is kept in the middle of a rotation, with the new root beside the mesh's",
      presentWith(trustOf("aa", "bb")),
      "keep",
      "the intermediate is valid and signed by the mesh's root",
    ],
    [
      "is kept when it is under the new root already, whatever the order of the bundle",
      presentWith(trustOf("bb", "aa")),
      "keep",
      "the intermediate is valid and signed by the mesh's root",
    ],
    [
      "is kept by a mesh that has gone on to the new root",
      { ...presentWith(trustOf("aa", "bb")), meshRoot: trustOf("bb") },
      "keep",
      "the intermediate is valid and signed by the mesh's root",
    ],
    [
      "is refused with several roots none of which is the mesh's",
      presentWith(trustOf("bb", "cc")),
      "refuse",
      "the cluster's roots are BB and CC, the mesh's root is AA",
    ],
    [
      "is never replaced when it is damaged",
      {
        present: { trusts: [], leadsTo: [], notBefore: 0, notAfter: 0, locality: undefined, flaw: "a part is missing" },
      },
      "refuse",
      "a part is missing",
    ],
  ];
  it.each(table)("%s", (_name, change, action, reason) => {
    expect(decideIntermediate({ ...healthy, ...change })).toEqual({ action, reason });
  });
});
