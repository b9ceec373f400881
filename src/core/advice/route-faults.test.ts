import { expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import { meshWithRoutes } from "../testing/mesh-with-routes.ts";
import { adviseFaults } from "./route-faults.ts";

function advice(fault: string): readonly string[] {
  const route = `{ name: r, gateway: g, hosts: [a.example], weights: { v1: 100 }, fault: ${fault} }`;
  const { mesh, diagnostics, locate } = parseMesh(meshWithRoutes(route), "mesh.yaml");
  if (mesh === undefined) {
    throw new Error(JSON.stringify(diagnostics));
  }
  return adviseFaults(mesh, locate).map(({ code, detail, range }) => `${code} ${range?.start.line} ${detail}`);
}

it.each([
  ["{ abort: { httpStatus: 503, percentage: { value: 100 } } }", "answers 100 % of its requests with 503"],
  ["{ abort: { grpcStatus: INTERNAL, percentage: { value: 0.1 } } }", "answers 0.1 % of its requests with INTERNAL"],
  [
    "{ delay: { fixedDelay: 1m, percentage: { value: 5 } } }",
    "holds 5 % of its requests back for 1m, and a proof waits 5 s",
  ],
])("says which proofs a fault makes fail: %s", (fault, text) => {
  const [found = "", ...more] = advice(fault);
  expect(found).toMatch(/^ISM548 12 /);
  expect(found).toContain(text);
  expect(more).toEqual([]);
});

it("says nothing of a delay that a proof waits for, and of a fault that meets nobody", () => {
  expect(advice("{ delay: { fixedDelay: 4s, percentage: { value: 100 } } }")).toEqual([]);
  expect(advice("{ abort: { httpStatus: 503, percentage: { value: 0 } } }")).toEqual([]);
});
