import { describe, expect, it } from "vitest";
import type { ForceConflicts } from "./force-conflicts.ts";
import { forcesConflicts, unknownKinds } from "./force-conflicts.ts";

describe("forcing conflicts", () => {
  it.each<readonly [ForceConflicts, boolean, readonly string[]]>([
    [false, false, []],
    [true, true, []],
    [["Deployment"], true, []],
    [["VirtualService"], false, []],
    [["deployment", "Deployment", "deployment"], true, ["deployment"]],
  ])("%j takes a Deployment over: %s", (force, forces, unknown) => {
    expect(forcesConflicts(force, "Deployment")).toBe(forces);
    expect(unknownKinds(force, new Set(["Deployment", "VirtualService"]))).toEqual(unknown);
  });
});
