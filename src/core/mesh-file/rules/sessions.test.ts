import { expect, it } from "vitest";
import { parseMesh } from "../parse.ts";

const versions = "versions: { v1: { clusters: [west] }, v2: { clusters: [west] } }";
const routes = 'routes: [{ name: s, gateway: front, hosts: ["*"], weights: { v1: 50, v2: 50 } }]';

function codesOf(sessions: string, { rest = `${versions}, ${routes}`, istio = "1.28.0" } = {}): readonly string[] {
  const text = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: prod }
spec:
  clusters: [{ name: west, network: west-net, context: w }]
  istio: { version: ${istio}, install: istioctl }
  services: [{ name: s, namespace: n, port: 80, sessions: ${sessions}, ${rest} }]
`;
  return parseMesh(text, "mesh.yaml").diagnostics.map(({ code }) => code);
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
