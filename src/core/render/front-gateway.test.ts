import { expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { meshAt } from "../routing/routes-at.ts";
import { renderFrontGateways } from "./front-gateway.ts";
import { renderHostRoutes } from "./host-routes.ts";
import { renderChallengeRoutes } from "./http01.ts";
import { renderVirtualService } from "./virtual-service.ts";

const ingressAddresses = { west: ["192.0.2.1"], east: ["192.0.2.2"] };
const secured = "tls: { secretName: t, issuer: page, certificate: c }";

function meshOf(...routes: readonly string[]): Mesh {
  const { mesh, diagnostics } = parseMesh(
    `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters: [{ name: west, network: w, context: west, region: north }, { name: east, network: e, context: east, region: south }]
  istio: { version: 1.31.0 }
  dns: { zone: example.test, provider: { rfc2136: { server: 192.0.2.53, tsig: { name: k, secret: { env: K } } } } }
  issuers: [{ name: page, acme: { server: "https://acme.example", email: a@b.example, http01: {} } }]
  services:
    - name: shop
      namespace: shop
      port: 80
      versions: { v1: { clusters: [west, east] } }
      routes:
        - ${routes.map((route) => `{ ${route} }`).join("\n        - ")}
`,
    "mesh.yaml",
  );
  if (mesh === undefined) {
    throw new Error(JSON.stringify(diagnostics));
  }
  return mesh;
}

/** What every external-dns reads of an object: the addresses to write, that it is not its, or nothing of its own. */
function toExternalDns({ kind, metadata }: KubeObject): string {
  const { annotations = {} } = metadata;
  const [old, fresh] = ["external-dns.alpha.kubernetes.io/", "external-dns.kubernetes.io/"].map(
    (prefix) => `${annotations[`${prefix}controller`] ?? ""}${annotations[`${prefix}target`] ?? ""}`,
  );
  return `${kind} ${metadata.name}: ${old === fresh ? old || "no annotation" : `${old} or ${fresh}`}`;
}

function objectsOf(mesh: Mesh): readonly string[] {
  const [service] = mesh.services;
  const [west] = mesh.clusters;
  if (service === undefined || west === undefined) {
    throw new Error("the mesh has a service and a cluster");
  }
  return [
    ...renderFrontGateways(mesh, west, { ingressAddresses }).map(({ object }) => object),
    ...renderChallengeRoutes(mesh, mesh, { ingressAddresses }).map(({ object }) => object),
    ...service.routes.map((route) => renderVirtualService(mesh, service, route)),
    ...renderHostRoutes(mesh),
  ]
    .filter(({ kind }) => ["Gateway", "VirtualService"].includes(kind))
    .map(toExternalDns);
}

it("has external-dns pass over every object with a name that isthmus publishes, its http01 challenges included", () => {
  const route = `name: own, gateway: own, hosts: [a.example.test], weights: { v1: 100 }, ${secured}, dns: { via: isthmus }`;
  expect(objectsOf(meshOf(route))).toEqual([
    "Gateway own: isthmus",
    "Gateway isthmus-http01: isthmus",
    "VirtualService isthmus-http01: isthmus",
    "VirtualService own: isthmus",
  ]);
});

it("leaves the challenges' Gateway to nobody, which would have external-dns write one cluster's address for the name", () => {
  const route = `name: ext, gateway: ext, hosts: [a.example.test], weights: { v1: 100 }, ${secured}, dns: { via: externalDns }`;
  expect(objectsOf(meshOf(route))).toEqual([
    "Gateway ext: 192.0.2.1,192.0.2.2",
    "Gateway isthmus-http01: isthmus",
    "VirtualService isthmus-http01: isthmus",
    "VirtualService ext: no annotation",
  ]);
});

it.each([
  ["isthmus", "isthmus"],
  ["externalDns", "192.0.2.1,192.0.2.2"],
])("has it pass over the Gateway of a name's other port, which waits for no address (%s)", (via, said) => {
  const mesh = meshOf(
    `name: s, gateway: s, hosts: [a.example.test], weights: { v1: 100 }, tls: { secretName: t }, dns: { via: ${via} }`,
    "name: p, gateway: p, hosts: [a.example.test], redirect: { scheme: https }",
    "name: q, gateway: q, hosts: [b.example.test], weights: { v1: 100 }",
  );
  const gateways = objectsOf(mesh).filter((one) => one.startsWith("Gateway"));
  expect(gateways).toEqual([`Gateway s: ${said}`, "Gateway p: isthmus", "Gateway q: no annotation"]);
  const [west] = mesh.clusters;
  const waiting = renderFrontGateways(mesh, west ?? {}, { ingressAddresses: {} }).filter(
    ({ knownAfterApply }) => knownAfterApply !== undefined,
  );
  expect(waiting.map(({ object }) => object.metadata.name)).toEqual(via === "externalDns" ? ["s"] : []);
});

it("has the addresses at a Gateway that has a name more, which external-dns is not to lose", () => {
  const mesh = meshOf(
    "name: s, gateway: s, hosts: [a.example.test], weights: { v1: 100 }, tls: { secretName: t }, dns: { via: externalDns }",
    "name: p, gateway: p, hosts: [a.example.test, c.example.test], redirect: { scheme: https }",
  );
  expect(objectsOf(mesh).filter((one) => one.startsWith("Gateway"))).toEqual([
    "Gateway s: 192.0.2.1,192.0.2.2",
    "Gateway p: 192.0.2.1,192.0.2.2",
  ]);
});

it("goes by the names of all regions, at Gateways and at VirtualServices", () => {
  const whole = meshOf(
    "name: s, gateway: s, hosts: [a.example.test], weights: { v1: 100 }, dns: { via: isthmus }",
    "name: p, gateway: p, hosts: [a.example.test], match: { fromRegions: [south] }, weights: { v1: 100 }",
  );
  const [service] = whole.services;
  const here = meshAt(whole, { region: "south" });
  const [route] = here.services.flatMap(({ routes }) => routes);
  if (service === undefined || route === undefined) {
    throw new Error("the mesh has a route in the region");
  }
  const gateways = renderFrontGateways(whole, { region: "south" }, { ingressAddresses });
  const all = [...gateways.map(({ object }) => object), renderVirtualService(here, service, route)];
  expect(all.map(toExternalDns)).toEqual(["Gateway p: isthmus", "VirtualService p: isthmus"]);
});

it("passes over the VirtualService of a published host that several routes share, and not over others", () => {
  const mesh = meshOf(
    "name: s, gateway: g, hosts: [a.example.test], match: { prefix: /s }, weights: { v1: 100 }, dns: { via: isthmus }",
    "name: p, gateway: g, hosts: [a.example.test], weights: { v1: 100 }, dns: { via: isthmus }",
    "name: q, gateway: q, hosts: [b.example.test], weights: { v1: 100 }",
  );
  expect(objectsOf(mesh).filter((one) => one.startsWith("VirtualService"))).toEqual([
    // These two have no hosts: the host's own calls them.
    "VirtualService s: no annotation",
    "VirtualService p: no annotation",
    "VirtualService q: no annotation",
    "VirtualService isthmus-http.a.example.test: isthmus",
  ]);
});

it("has a Gateway that is there keep its addresses while others are not known, and take hosts all the same", () => {
  const published = "name: s, gateway: s, hosts: [a.example.test], weights: { v1: 100 }, dns: { via: externalDns }";
  const mesh = meshOf(published);
  const [west] = mesh.clusters;
  const known = { west: ["192.0.2.1"] };
  const awaited = renderFrontGateways(mesh, west ?? {}, { ingressAddresses: known })[0]?.knownAfterApply;
  if (awaited?.needs !== "ingress-addresses") {
    throw new Error("the Gateway waits for east's address");
  }
  const live = awaited.fillIn({ ...known, east: ["192.0.2.2"] });
  expect(awaited.keep?.({ ...live, spec: { servers: [] } })).toEqual(live);
  // An address that another cluster had before, and those of one that has left the mesh, are nobody's any more.
  const older = awaited.fillIn({ west: ["192.0.2.9"], east: ["192.0.2.2"] });
  const annotations = {
    ...older.metadata.annotations,
    "external-dns.alpha.kubernetes.io/target": "192.0.2.2,192.0.2.8,192.0.2.9",
    "isthmus.dev/published": "west=192.0.2.9;east=192.0.2.2;north=192.0.2.8",
  };
  expect(awaited.keep?.({ ...older, metadata: { ...older.metadata, annotations } })).toEqual(live);
  // Of one that does not say whose they are all stay, beside those that are known.
  const { "isthmus.dev/published": _whose, ...unsaid } = annotations;
  const kept = awaited.keep?.({ ...older, metadata: { ...older.metadata, annotations: unsaid } });
  expect(kept?.metadata.annotations?.["external-dns.kubernetes.io/target"]).toBe(
    "192.0.2.1,192.0.2.2,192.0.2.8,192.0.2.9",
  );
  expect(awaited.keep?.({ ...live, metadata: { name: "s", namespace: "shop" } })).toBeUndefined();
});

/** The hosts of each server of the only Gateway. */
function serversOf(...routes: readonly string[]): readonly unknown[] {
  const mesh = meshOf(...routes);
  const [west] = mesh.clusters;
  const [gateway] = renderFrontGateways(mesh, west ?? {}, { ingressAddresses });
  const { servers = [] } = (gateway?.object["spec"] ?? {}) as { readonly servers?: readonly { hosts: unknown }[] };
  return servers.map(({ hosts }) => hosts);
}

const at = (name: string, host: string, more = "weights: { v1: 100 }"): string =>
  `name: ${name}, gateway: g, hosts: ["${host}"], ${more}`;

it.each<[string, readonly string[], readonly (readonly string[])[]]>([
  [
    "alone",
    [at("all", "*.a.example"), at("own", "b.a.example"), at("apex", "a.example")],
    [["*.a.example", "a.example"]],
  ],
  ["alone, the widest one", [at("any", "*"), at("all", "*.a.example"), at("own", "b.a.example")], [["*"]]],
  [
    "alone with its certificate, and not for that of another",
    ["s", "s", "t"].map((secret, index) =>
      at(
        `r${index}`,
        ["*.a.example", "b.a.example", "c.a.example"][index] ?? "",
        `weights: { v1: 100 }, tls: { secretName: ${secret} }`,
      ),
    ),
    [["*.a.example"], ["c.a.example"]],
  ],
  [
    "beside each host that external-dns is to read there",
    [at("all", "*.a.example"), at("own", "b.a.example", "weights: { v1: 100 }, dns: { via: externalDns }")],
    [["*.a.example", "b.a.example"]],
  ],
])("names a wildcard %s, so that no host gets the rules of another route", (_name, routes, hosts) => {
  expect(serversOf(...routes)).toEqual(hosts);
});
