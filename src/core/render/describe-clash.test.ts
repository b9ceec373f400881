import { expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { gatewayApiMesh, shopService } from "../testing/gateway-api-mesh.ts";
import { shopOf } from "../testing/three-clusters.ts";
import { materials } from "../testing/two-clusters.ts";
import { findMeshClashes } from "./render-mesh.ts";

const routed = gatewayApiMesh(
  "hosts: [a.example], match: { exact: /a }, weights: { v1: 100 }",
  "hosts: [a.example], match: { exact: /b }, weights: { v1: 100 }",
);

/** Each clash of the mesh, whose services have these manifests by their names. */
function clashes(mesh: Mesh, manifests: Readonly<Record<string, readonly KubeObject[]>>): readonly string[] {
  return findMeshClashes(mesh, {
    ...materials,
    serviceManifests: Object.fromEntries(
      Object.entries(manifests).map(([name, objects]) => [`sample/${name}`, objects]),
    ),
  }).map(({ detail }) => detail);
}

it("names both services whose versions would have one Service, and neither of them twice", () => {
  const shop = shopOf(routed);
  const [version = expect.fail("no version")] = shop.versions;
  const named = (service: string, only: string, port: number): Mesh["services"][number] => ({
    ...shop,
    name: service,
    port,
    versions: [{ ...version, name: only }],
    routes: shop.routes.map((route, index) => ({ ...route, name: `${service}-${index}`, weights: { [only]: 100 } })),
  });
  const mesh = { ...routed, services: [named("a", "b-c", 8080), named("a-b", "c", 9090)] };
  const own = (name: string): KubeObject => ({ ...shopService, metadata: { name } });
  expect(clashes(mesh, { a: [own("a")], "a-b": [own("a-b")] })).toEqual([
    "Service sample/a-b-c is made twice, with different content: for the versions of service a (spec.services[0] of the mesh file), and for the versions of service a-b (spec.services[1] of the mesh file). A cluster keeps one object of that name, so one of the two would replace the other.",
  ]);
});

it("names the route of a Gateway of the Gateway API, which is in Istio's namespace", () => {
  const gateway = (apiVersion: string): KubeObject => ({
    apiVersion,
    kind: "Gateway",
    metadata: { name: "front", namespace: "istio-system" },
    spec: {},
  });
  const made = (apiVersion: string): readonly string[] => clashes(routed, { shop: [shopService, gateway(apiVersion)] });
  expect(made("gateway.networking.k8s.io/v1")).toEqual([
    expect.stringContaining("for route shop-0 of service shop (spec.services[0].routes[0] of the mesh file), and by"),
  ]);
  expect(made("networking.istio.io/v1")).toEqual([]);
});
