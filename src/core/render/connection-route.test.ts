import { expect, it } from "vitest";
import { askHeld } from "../checks/http-route-table.ts";
import { connectionsHeld } from "../checks/connection-table.ts";
import { compareRoutes } from "../checks/route-table.ts";
import { parseMesh } from "../mesh-file/parse.ts";
import { materialsOf } from "../testing/arbitrary-mesh.ts";
import { renderMesh } from "./render-mesh.ts";

const text = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: prod }
spec:
  clusters: [{ name: west, context: west }, { name: east, context: east }]
  hardening: { networkPolicies: true }
  services:
    - name: db
      namespace: shop
      port: 5432
      versions: { v1: { clusters: [west] }, v2: { clusters: [east] } }
      routes:
        - { name: db, protocol: tls, gateway: front, hosts: [db.example.org], weights: { v1: 90, v2: 10 } }
        - { name: db-inside, protocol: tcp, gateway: mesh, weights: { v1: 100 } }
    - name: web
      namespace: shop
      port: 80
      versions: { v1: { clusters: [west] } }
      routes: [{ name: web, gateway: front, hosts: [www.example.org], weights: { v1: 100 } }]
`;
const { mesh } = parseMesh(text, "mesh.yaml");
if (mesh === undefined) {
  throw new Error("no mesh");
}
const { clusters } = renderMesh(mesh, materialsOf(mesh, { keys: false }));
const of = (cluster: string, kind: string, name: string) =>
  clusters
    .find((one) => one.cluster === cluster)
    ?.objects.map(({ object }) => object)
    .find((object) => object.kind === kind && object.metadata.name === name);

const host = "db.shop.svc.cluster.local";
const to = (subset: string, weight: number) => ({ destination: { host, port: { number: 5432 }, subset }, weight });

it("is one VirtualService with all of it, the same in every cluster, at a Gateway that passes TLS through", () => {
  for (const cluster of ["west", "east"]) {
    expect(of(cluster, "VirtualService", "db")?.["spec"]).toEqual({
      gateways: ["front"],
      hosts: ["db.example.org"],
      tls: [{ match: [{ port: 443, sniHosts: ["db.example.org"] }], route: [to("v1", 90), to("v2", 10)] }],
    });
    expect(of(cluster, "VirtualService", "db-inside")?.["spec"]).toEqual({
      gateways: ["mesh"],
      hosts: [host],
      tcp: [{ match: [{ port: 5432 }], route: [to("v1", 100), to("v2", 0)] }],
    });
    expect(of(cluster, "Gateway", "front")?.["spec"]).toMatchObject({
      servers: [
        { port: { number: 80, protocol: "HTTP" }, hosts: ["www.example.org"] },
        {
          port: { number: 443, name: "tls", protocol: "TLS" },
          tls: { mode: "PASSTHROUGH" },
          hosts: ["db.example.org"],
        },
      ],
    });
    expect(of(cluster, "DestinationRule", "db")?.["spec"]).toMatchObject({
      subsets: [{ name: "v1" }, { name: "v2" }],
    });
  }
});

it("is held against where a gateway's listeners lead the name, and asks nothing of gateways for callers inside", () => {
  const all = ["db", "db-inside"].flatMap((name) => of("west", "VirtualService", name) ?? []);
  const asked = askHeld(all);
  expect(asked.map(({ key }) => key)).toEqual(["TLS for db.example.org"]);
  const chain = (weights: readonly number[]) => ({
    filter_chain_match: { server_names: ["db.example.org"] },
    filters: [
      {
        typed_config: {
          weighted_clusters: {
            clusters: weights.map((weight, at) => ({ name: `outbound|5432|v${at + 1}|${host}`, weight })),
          },
        },
      },
    ],
  });
  const held = (weights: readonly number[]) =>
    connectionsHeld({ configs: [{ active_state: { listener: { filter_chains: [chain(weights)] } } }] });
  const compare = (weights: readonly number[]) =>
    asked.map((one) => compareRoutes(one, held(weights).get(one.key) ?? []));
  expect(compare([90, 10])).toEqual([undefined]);
  expect(compare([50, 50])).toEqual([
    {
      missing: [{ path: "", shares: { [`v1 of ${host}`]: 0.9, [`v2 of ${host}`]: 0.1 } }],
      foreign: [{ path: "", shares: { [`v1 of ${host}`]: 0.5, [`v2 of ${host}`]: 0.5 } }],
    },
  ]);
  expect(askHeld(all, all[0]).map(({ key }) => key)).toEqual(["TLS for db.example.org"]);
});
