import { expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import { adviseSharedEndpoints } from "./shared-endpoints.ts";

it.each([
  ["https://api.example:6443", "https://API.example:6443/", ["ISM728 line 7"]],
  ["https://api.example", "https://api.example:443", ["ISM728 line 7"]],
  ["https://api.example/k8s/clusters/a", "https://api.example/k8s/clusters/b", []],
  ["https://a.example:6443", "https://b.example:6443", []],
])("one endpoint of two clusters is told: %s and %s", (first, second, expected) => {
  const { mesh, diagnostics, locate } = parseMesh(
    `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters:
    - { name: west, context: w, endpoint: "${first}" }
    - { name: east, context: e, endpoint: "${second}" }
`,
    "mesh.yaml",
  );
  if (mesh === undefined) {
    throw new Error(JSON.stringify(diagnostics));
  }
  expect(adviseSharedEndpoints(mesh, locate).map(({ code, range }) => `${code} line ${range?.start.line}`)).toEqual(
    expected,
  );
});
