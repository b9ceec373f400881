import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readGatewayRoutes } from "./read-gateway-routes.ts";

const apiVersion = "gateway.networking.k8s.io/v1";
const signal = new AbortController().signal;
/** By an API server that keeps no names. */
const written = { by: "", at: "" };

it("reads what proxies call the rules of each route, and which are of the mesh", async () => {
  const { server, client } = await connectFake({
    api: { kinds: [{ apiVersion, kind: "HTTPRoute", plural: "httproutes", namespaced: true }] },
  });
  server.put({
    apiVersion,
    kind: "HTTPRoute",
    metadata: { name: "web", namespace: "shop" },
    spec: {
      parentRefs: [
        { name: "front", namespace: "istio-system" },
        { group: "", kind: "Service", name: "web", port: 80 },
        { kind: "Service", name: "of-no-group" },
      ],
      rules: [{}, { name: "rest" }],
    },
  });
  server.put({
    apiVersion,
    kind: "HTTPRoute",
    metadata: { name: "none", namespace: "shop", labels: { "isthmus.dev/mesh": "prod" } },
    spec: {},
  });
  const found = await readGatewayRoutes(client, signal);
  expect(found.toSorted((a, b) => (a.name < b.name ? 1 : -1))).toEqual([
    {
      kind: "HTTPRoute",
      namespace: "shop",
      name: "web",
      parents: [
        { kind: "Gateway", namespace: "istio-system", name: "front" },
        { kind: "Service", namespace: "shop", name: "web" },
      ],
      rules: ["shop.web.0", "rest"],
      written,
    },
    { kind: "HTTPRoute", namespace: "shop", name: "none", parents: [], rules: [], own: true, written },
  ]);
});

it("knows none where they may not be listed", async () => {
  const { server, client } = await connectFake({
    api: { kinds: [{ apiVersion, kind: "HTTPRoute", plural: "httproutes", namespaced: true }] },
  });
  server.put({ apiVersion, kind: "HTTPRoute", metadata: { name: "web", namespace: "shop" }, spec: {} });
  server.inject({ kind: "status", status: 403 }, { times: Infinity, matches: ({ url }) => url.includes("routes") });
  expect(await readGatewayRoutes(client, signal)).toEqual([]);
});
