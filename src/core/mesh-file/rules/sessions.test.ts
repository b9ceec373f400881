import { expect, it } from "vitest";
import { parseMesh } from "../parse.ts";

const versions = "versions: { v1: { clusters: [west] }, v2: { clusters: [west] } }";
const routes = 'routes: [{ name: s, gateway: front, hosts: ["*"], weights: { v1: 50, v2: 50 } }]';

function codesOf(...args: Parameters<typeof diagnosticsOf>): readonly string[] {
  return diagnosticsOf(...args).map(({ code }) => code);
}

function diagnosticsOf(sessions: string, { rest = `${versions}, ${routes}`, istio = "1.28.0" } = {}) {
  const text = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: prod }
spec:
  clusters: [{ name: west, network: west-net, context: w }]
  istio: { version: ${istio}, install: istioctl }
  services: [{ name: s, namespace: n, port: 80, sessions: ${sessions}, ${rest} }]
`;
  return parseMesh(text, "mesh.yaml").diagnostics;
}

it.each([
  ["{ httpCookie: { name: session } }", {}, []],
  ["{ httpHeaderName: x-user }", {}, []],
  ["{ httpHeaderName: x-user, httpCookie: { name: session } }", {}, ["ISM119"]],
  ["{}", {}, ["ISM119"]],
  ["{ httpHeaderName: x-user }", { istio: "1.27.3" }, ["ISM547"]],
  ["{ httpHeaderName: x-user }", { rest: versions }, ["ISM787"]],
  [
    "{ httpHeaderName: x-user }",
    {
      rest: 'versions: { v1: { clusters: [west] } }, routes: [{ name: s, gateway: front, hosts: ["*"], weights: { v1: 100 } }]',
    },
    ["ISM787"],
  ],
  ["{ httpCookie: { name: session, ttl: 1h } }", {}, ["ISM102"]],
] as const)("sessions: %s with %o", (sessions, rest, expected) => {
  expect(codesOf(sessions, rest)).toEqual(expected);
});

const one = "versions: { v1: { clusters: [west] } }";

it.each([
  ["true", {}, "Write a mapping with httpHeaderName or httpCookie or httpQueryParameterName."],
  ["{ httpHeaderName: x-user, httpCookie: { name: s } }", {}, "Keep one: httpHeaderName or httpCookie."],
  ["{ httpHeaderName: x-user }", { rest: versions }, "Delete sessions, or add a route with weights."],
  ["{ httpHeaderName: x-user }", { rest: one }, "Delete sessions, or add a route with weights and a second version."],
] as const)("sessions: %s with %o: the fix is one", (sessions, rest, fix) => {
  expect(diagnosticsOf(sessions, rest).map((found) => found.fix)).toEqual([fix]);
});
