import { expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import { meshWithRoutes } from "../testing/mesh-with-routes.ts";
import { adviseLongTries } from "./long-tries.ts";

it.each([
  ["timeout: 1s, retries: { attempts: 2, perTryTimeout: 1500ms }", ["ISM726 12"]],
  ["timeout: 1s, retries: { attempts: 2, perTryTimeout: 1000ms }", []],
  ["retries: { attempts: 2, perTryTimeout: 1m }", []],
  ["timeout: 1s", []],
])("a try that may take longer than its request is told: %s", (fields, expected) => {
  const route = `{ name: r, gateway: g, hosts: [a.example], weights: { v1: 100 }, ${fields} }`;
  const { mesh, diagnostics, locate } = parseMesh(meshWithRoutes(route), "mesh.yaml");
  if (mesh === undefined) {
    throw new Error(JSON.stringify(diagnostics));
  }
  expect(adviseLongTries(mesh, locate).map(({ code, range }) => `${code} ${range?.start.line}`)).toEqual(expected);
});
