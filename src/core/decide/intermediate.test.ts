import { describe, expect, it } from "vitest";
import type { IntermediateFacts } from "./intermediate.ts";
import { decideIntermediate } from "./intermediate.ts";

const now = Date.parse("2026-11-23T12:00:00Z");
const healthy: IntermediateFacts = {
  cluster: "west",
  now,
  meshRoot: "AA",
  present: { root: "AA", notAfter: now + 1000, locality: "west", flaw: undefined },
};

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
      "is never replaced under another root",
      { meshRoot: "BB" },
      "refuse",
      "the cluster's root is AA, the mesh's is BB",
    ],
    [
      "is never replaced when it is damaged",
      { present: { root: "", notAfter: 0, locality: undefined, flaw: "a part is missing" } },
      "refuse",
      "a part is missing",
    ],
  ];
  it.each(table)("%s", (_name, change, action, reason) => {
    expect(decideIntermediate({ ...healthy, ...change })).toEqual({ action, reason });
  });
});
