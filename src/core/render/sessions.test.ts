import { expect, it } from "vitest";
import type { Mesh, Sessions } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { renderSessionFilter } from "./sessions.ts";
import { renderVirtualService } from "./virtual-service.ts";

const [plain] = twoClusters.services;
if (plain === undefined) {
  throw new Error("the mesh has a service");
}
const [route] = plain.routes;
if (route === undefined) {
  throw new Error("the service has a route");
}

function meshWith(sessions: Sessions, gateways: readonly string[] = route?.gateways ?? []): Mesh {
  const service = { ...plain, sessions, routes: [{ ...route, gateways }] } as (typeof twoClusters.services)[number];
  return { ...twoClusters, services: [service] };
}

function filterOf(mesh: Mesh): unknown {
  const [service] = mesh.services;
  const [filter] = service === undefined ? [] : renderSessionFilter(mesh, service);
  return filter;
}

it("lets proxies choose the version of a route by who asks, and finds the route by its rule's name", () => {
  const mesh = meshWith({ by: "cookie", name: "session" });
  const name = "isthmus-sessions.sample.helloworld";
  const value = {
    route: { weighted_clusters: { use_hash_policy: true }, hash_policy: [{ cookie: { name: "session" } }] },
  };
  expect(filterOf(mesh)).toMatchObject({
    kind: "EnvoyFilter",
    metadata: { name, namespace: "istio-system" },
    spec: {
      configPatches: [
        {
          applyTo: "HTTP_ROUTE",
          match: { context: "GATEWAY", routeConfiguration: { vhost: { route: { name } } } },
          patch: { operation: "MERGE", value },
        },
      ],
    },
  });
  const [service] = mesh.services;
  const [one] = service?.routes ?? [];
  expect(service && one && renderVirtualService(mesh, service, one)).toMatchObject({ spec: { http: [{ name }] } });
});

it("finds a route that shares its host by the name that Istio gives to a rule and its delegate", () => {
  const mesh = meshWith({ by: "header", name: "x-user" }, ["mesh", "front"]);
  const names = JSON.stringify(filterOf(mesh)).match(/"route":\{"name":"[^"]+"/g);
  expect(names).toEqual(Array(2).fill('"route":{"name":"helloworld-isthmus-sessions.sample.helloworld"'));
  expect(JSON.stringify(filterOf(mesh))).toContain("SIDECAR_OUTBOUND");
});

it("renders nothing without sessions, and no rule's name", () => {
  expect(renderSessionFilter(twoClusters, plain)).toEqual([]);
  expect(JSON.stringify(renderVirtualService(twoClusters, plain, route))).not.toContain("isthmus-sessions");
});
