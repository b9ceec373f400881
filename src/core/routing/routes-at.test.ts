import { describe, expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import type { Mesh } from "../model/mesh.ts";
import { renderIstioConfig } from "../render/istio-config.ts";
import { noMaterials } from "../render/materials.ts";
import { renderMesh } from "../render/render-mesh.ts";
import { meshWithRoutes } from "../testing/mesh-with-routes.ts";
import { isRouteAt, meshAt, routesNowhere } from "./routes-at.ts";

/** The two clusters of the test mesh in regions of their names, and a third one without a region. */
function read(...routes: readonly string[]): Mesh {
  const text = meshWithRoutes(...routes).replace(
    "[{ name: west, context: w }, { name: east, context: e }]",
    "[{ name: west, context: w, region: west }, { name: east, context: e, region: east }, { name: far, context: f }]",
  );
  const { mesh, diagnostics } = parseMesh(text, "mesh.yaml");
  if (mesh === undefined) {
    throw new Error(JSON.stringify(diagnostics));
  }
  return mesh;
}

const regional =
  "{ name: canary, gateway: g, hosts: [a.example], match: { prefix: /new, fromRegions: [west] }, weights: { v2: 100 } }";
const general = "{ name: all, gateway: g, hosts: [a.example], weights: { v1: 100 } }";

/** Cluster → its Gateways and VirtualServices as `kind namespace/name`. */
function routing(mesh: Mesh): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    renderMesh(mesh, noMaterials).clusters.map(({ cluster, objects }) => [
      cluster,
      objects
        .map(({ object }) => object)
        .filter(({ kind, metadata }) => kind === "VirtualService" || (kind === "Gateway" && metadata.name === "g"))
        .map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`),
    ]),
  );
}

describe("a route of some regions", () => {
  it("is in their clusters, in front of the one that all have", () => {
    const mesh = read(general, regional);
    expect(routing(mesh)).toEqual({
      west: [
        "Gateway n/g",
        "VirtualService istio-system/isthmus-http.a.example",
        "VirtualService n/all",
        "VirtualService n/canary",
      ],
      east: ["Gateway n/g", "VirtualService n/all"],
      far: ["Gateway n/g", "VirtualService n/all"],
    });
    const [west] = renderMesh(mesh, noMaterials).clusters;
    const host = west?.objects.find(({ object }) => object.metadata.name === "isthmus-http.a.example")?.object;
    expect(host?.["spec"]).toMatchObject({ http: [{ delegate: { name: "canary" } }, { delegate: { name: "all" } }] });
  });

  it("takes the place of the one that all have where it is for the very same requests", () => {
    const same = regional.replace("prefix: /new, ", "");
    expect(routing(read(general, same))).toEqual({
      west: ["Gateway n/g", "VirtualService n/canary"],
      east: ["Gateway n/g", "VirtualService n/all"],
      far: ["Gateway n/g", "VirtualService n/all"],
    });
    // Of two hosts it takes one only.
    expect(routing(read(general.replace("a.example", "a.example, b.example"), same))["west"]).toContain(
      "VirtualService n/all",
    );
  });

  it("leaves no Gateway where no route is", () => {
    expect(routing(read(regional))).toEqual({ west: ["Gateway n/g", "VirtualService n/canary"], east: [], far: [] });
  });

  it("is judged by Istio in each form that a cluster has", () => {
    const names = renderIstioConfig(read(general, regional), noMaterials).map(
      ({ object: { metadata, ...rest } }) => `${metadata.name} ${"hosts" in ((rest["spec"] ?? {}) as object)}`,
    );
    // Alone on its host in east, and as a delegate in west.
    expect(names.filter((one) => one.startsWith("all ")).toSorted()).toEqual(["all false", "all true"]);
  });
});

it("names the routes that no cluster has, with those that take their requests", () => {
  const east = regional.replace("canary", "east").replace("[west]", "[east]");
  const everywhere = (text: string): Mesh => {
    const mesh = read(general, text, east.replace("prefix: /new, ", ""));
    return { ...mesh, clusters: mesh.clusters.filter(({ region }) => region !== undefined) };
  };
  const same = regional.replace("prefix: /new, ", "");
  const nowhere = (mesh: Mesh) =>
    routesNowhere(mesh).map(({ route, instead }) => [route.name, instead.map((one) => one.route.name)]);
  expect(nowhere(everywhere(same))).toEqual([["all", ["canary", "east"]]]);
  expect(nowhere(everywhere(regional))).toEqual([]);
  expect(nowhere(read(general, same, east.replace("prefix: /new, ", "")))).toEqual([]);
  expect(nowhere(read(general))).toEqual([]);
});

it("gives the mesh itself where no route names a region, and the same mesh for the same region", () => {
  const plain = read(general);
  expect(meshAt(plain, { region: "west" })).toBe(plain);
  const mesh = read(general, regional);
  expect(meshAt(mesh, { region: "west" })).toBe(meshAt(mesh, { region: "west" }));
  expect(meshAt(mesh, {})).not.toBe(meshAt(mesh, { region: "west" }));
  const [, canary] = mesh.services[0]?.routes ?? [];
  const [service] = mesh.services;
  expect(
    ["west", "east", undefined].map(
      (region) =>
        service !== undefined &&
        canary !== undefined &&
        isRouteAt(mesh, { service, route: canary }, region === undefined ? {} : { region }),
    ),
  ).toEqual([true, false, false]);
});
