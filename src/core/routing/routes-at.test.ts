import { describe, expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { renderIstioConfig } from "../render/istio-config.ts";
import { noMaterials } from "../render/materials.ts";
import { renderMesh } from "../render/render-mesh.ts";
import { meshWithRoutes } from "../testing/mesh-with-routes.ts";
import { isRouteAt, listenersIn, meshAt, routesNowhere } from "./routes-at.ts";

/** The two clusters of the test mesh in regions of their names, and a third one without a region. */
function read(...parts: readonly string[]): Mesh {
  const routes = parts.filter((one) => one.startsWith("{"));
  const rest = parts.filter((one) => !one.startsWith("{")).join("");
  const text = `${meshWithRoutes(...routes)}${rest}`.replace(
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

  it("takes the place of one that callers inside have as well at the ingress alone", () => {
    const mesh = read(general.replace("gateway: g", "gateways: [mesh, g]"), regional.replace("prefix: /new, ", ""));
    const [service] = mesh.services;
    const listeners = (name: string): readonly (readonly string[])[] =>
      mesh.clusters.map((cluster) => {
        const route = service?.routes.find((one) => one.name === name);
        return service === undefined || route === undefined ? [] : listenersIn(mesh, { service, route }, cluster);
      });
    expect(listeners("all")).toEqual([["mesh"], ["http", "mesh"], ["http", "mesh"]]);
    expect(listeners("canary")[0]).toEqual(["http"]);
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

/** Cluster → what it has of a kind, by name. */
function rendered(mesh: Mesh, kind: string): Readonly<Record<string, Readonly<Record<string, KubeObject>>>> {
  const addresses = { west: ["192.0.2.1"], east: ["192.0.2.2"], far: ["192.0.2.3"] };
  return Object.fromEntries(
    renderMesh(mesh, { ...noMaterials, ingressAddresses: addresses }).clusters.map(({ cluster, objects }) => [
      cluster,
      Object.fromEntries(
        objects
          .map(({ object }) => object)
          .filter((object) => object.kind === kind)
          .map((object) => [object.metadata.name, object]),
      ),
    ]),
  );
}

describe("where a route of some regions takes the place of another one", () => {
  const all = (settings: string, hosts = "a.example"): string =>
    `{ name: all, gateway: g, hosts: [${hosts}], weights: { v1: 100 }, ${settings} }`;
  const west = (gateway: string, settings = "", hosts = "a.example"): string =>
    `{ name: canary, gateway: ${gateway}, hosts: [${hosts}], match: { fromRegions: [west] }, weights: { v2: 100 }${settings} }`;
  const targets = (mesh: Mesh): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries(
      Object.entries(rendered(mesh, "Gateway")).map(([cluster, gateways]) => [
        cluster,
        Object.values(gateways).flatMap(({ metadata: { name, annotations } }) => {
          const target = annotations?.["external-dns.alpha.kubernetes.io/target"];
          return target === undefined ? [] : [`${name} ${target}`];
        }),
      ]),
    );
  const everywhere = "192.0.2.1,192.0.2.2,192.0.2.3";

  it("its hosts are published with the same addresses in every cluster, at whichever Gateway they are", () => {
    const dns = "dns: { via: externalDns }";
    const same = [`g ${everywhere}`];
    expect(targets(read(all(dns), west("g")))).toEqual({ west: same, east: same, far: same });
    expect(targets(read(all(dns), west("other")))).toEqual({ west: [`other ${everywhere}`], east: same, far: same });
  });

  it("hosts that nobody publishes are not published", () => {
    const routes = [
      all("dns: { via: externalDns }"),
      "{ name: plain, gateway: plain, hosts: [b.example], weights: { v1: 100 } }",
    ];
    expect(targets(read(...routes, west("g")))["west"]).toEqual([`g ${everywhere}`]);
  });

  it("its certificate is issued in every cluster, for the hosts that routes there have", () => {
    const issuers =
      "  issuers: [{ name: le, acme: { email: a@b.example, server: 'https://acme.example', http01: {} } }]\n";
    const certificates = (...routes: readonly string[]): unknown =>
      Object.fromEntries(
        Object.entries(rendered(read(...routes, issuers), "Certificate")).map(([cluster, found]) => [
          cluster,
          Object.values(found).map((one) => (one["spec"] as { readonly dnsNames: unknown }).dnsNames),
        ]),
      );
    const tls = ", tls: { secretName: door }";
    const issued = "tls: { secretName: door, issuer: le }";
    expect(certificates(all(issued), west("g", tls))).toEqual({
      west: [["a.example"]],
      east: [["a.example"]],
      far: [["a.example"]],
    });
    expect(certificates(all("tls: { secretName: door }"), west("g", `, ${issued}`))).toEqual({
      west: [["a.example"]],
      east: [["a.example"]],
      far: [["a.example"]],
    });
    expect(certificates(all(issued), west("g", `, ${issued}`, "b.example"))).toEqual({
      west: [["a.example", "b.example"]],
      east: [["a.example"]],
      far: [["a.example"]],
    });
    expect(certificates(west("g", `, ${issued}`))).toEqual({ west: [["a.example"]], east: [], far: [] });
  });
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
