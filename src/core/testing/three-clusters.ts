import { parseMesh } from "../mesh-file/parse.ts";
import type { Drain } from "../model/drain.ts";
import type { Mesh, Service } from "../model/mesh.ts";

/** Three clusters and a service whose v1 runs in all of them, v2 in east alone; `route` is beside its weights. */
export function threeClusters(route = "weights: { v1: 70, v2: 30 }"): Mesh {
  const { mesh, diagnostics } = parseMesh(
    `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters:
    - { name: west, context: west, region: us }
    - { name: east, context: east, region: eu }
    - { name: north, context: north, region: eu }
  services:
    - name: shop
      namespace: sample
      port: 8080
      versions: { v1: { clusters: [west, east, north] }, v2: { clusters: [east] } }
      routes: [{ name: shop, gateway: front, hosts: [shop.example], ${route} }]
`,
    "mesh.yaml",
  );
  if (mesh === undefined) {
    throw new Error(JSON.stringify(diagnostics));
  }
  return mesh;
}

/** The one service of that mesh. */
export function shopOf({ services }: Mesh): Service {
  const [shop] = services;
  if (shop === undefined) {
    throw new Error("the mesh of the tests has a service");
  }
  return shop;
}

/** A drain of it in `cluster`, whose own callers ask north. */
export function drainOf(cluster: string, stage: Drain["stage"]): Drain {
  return {
    cluster,
    namespace: "sample",
    service: "shop",
    since: "2026-11-20T08:00:00.000Z",
    selector: { app: "shop" },
    instead: "north",
    stage,
    at: "2026-11-20T08:00:00.000Z",
  };
}
