import { expect, it } from "vitest";
import { writtenBy } from "./written-by.ts";

it("reads the last write of an object, and not that of its status", () => {
  const managedFields = [
    { manager: "kubectl-create", time: "2026-11-01T00:00:00Z" },
    { manager: "kubectl-edit", time: "2026-11-02T00:00:00Z" },
    { manager: "pilot-discovery", time: "2026-11-03T00:00:00Z", subresource: "status" },
  ];
  expect(writtenBy({ apiVersion: "v1", kind: "Gateway", metadata: { name: "a", managedFields } })).toEqual({
    by: "kubectl-edit",
    at: "2026-11-02T00:00:00Z",
  });
  expect(writtenBy({ apiVersion: "v1", kind: "Gateway", metadata: { name: "a" } })).toEqual({ by: "", at: "" });
});
