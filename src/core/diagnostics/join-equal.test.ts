import { describe, expect, it } from "vitest";
import type { Diagnostic } from "./diagnostic.ts";
import { joinEqual } from "./join-equal.ts";

function about(cluster: string | undefined, more: Partial<Diagnostic> = {}): Diagnostic {
  return {
    code: "ISM283",
    severity: "error",
    summary: "Rancher cannot be reached",
    detail: "The connection was refused.",
    ...(cluster === undefined ? {} : { cluster }),
    ...more,
  };
}

describe("diagnostics of several clusters", () => {
  it("that say the same are one", () => {
    expect(joinEqual([about("west"), about("east"), about("north")])).toEqual([about("west, east, north")]);
  });

  it.each([
    ["another detail", [about("west"), about("east", { detail: "Another." })]],
    ["another severity", [about("west"), about("east", { severity: "warning" })]],
    ["no cluster", [about(undefined), about(undefined)]],
    ["an object", [about("west", { object: { group: "", kind: "Secret", name: "a" } }), about("east")]],
  ] as const)("stay two with %s", (_name, diagnostics) => {
    expect(joinEqual(diagnostics)).toEqual(diagnostics);
  });
});
