import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { parseMesh } from "../mesh-file/parse.ts";
import { renderHostRoutes } from "./host-routes.ts";
import { renderChallengeRoutes } from "./http01.ts";
import { challengeName } from "./names.ts";

function meshOf(clusters: readonly string[], ...more: readonly string[]): Mesh {
  const secured =
    "{ name: s, gateway: g, hosts: [a.example], tls: { secretName: a, issuer: page }, weights: { v1: 100 } }";
  const { mesh, diagnostics } = parseMesh(
    `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters: [${clusters.map((name) => `{ name: ${name}, network: ${name}-net, context: ${name} }`).join(", ")}]
  istio: { version: 1.31.0 }
  issuers: [{ name: page, acme: { server: "https://acme.example", email: a@b.example, http01: {} } }]
  services:
    - name: shop
      namespace: shop
      port: 80
      versions: { v1: { clusters: [west] } }
      routes: [${[secured, ...more].join(", ")}]
`,
    "mesh.yaml",
  );
  if (mesh === undefined) {
    throw new Error(JSON.stringify(diagnostics));
  }
  return mesh;
}

function rendered(mesh: Mesh, addresses: Readonly<Record<string, readonly string[]>>): readonly KubeObject[] {
  return renderChallengeRoutes(mesh, mesh, { ingressAddresses: addresses }).map(({ object }) => object);
}

function kinds(objects: readonly KubeObject[]): readonly string[] {
  return objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`);
}

describe("challenges of http01", () => {
  it("go to cert-manager's pods in a mesh of one cluster", () => {
    const objects = rendered(meshOf(["west"]), {});
    expect(kinds(objects)).toEqual(
      ["Service", "Gateway", "VirtualService"].map((kind) => `${kind} istio-system/${challengeName}`),
    );
    expect(objects.at(-1)).toMatchObject({
      spec: {
        hosts: ["a.example"],
        http: [
          {
            match: [{ uri: { prefix: "/.well-known/acme-challenge/" } }],
            route: [{ destination: { host: "isthmus-http01.istio-system.svc.cluster.local", port: { number: 8089 } } }],
          },
        ],
      },
    });
  });

  it("are asked of the gateways of all clusters, each at most once, and never go round", () => {
    const objects = rendered(meshOf(["west", "east"]), { west: ["203.0.113.2"], east: ["203.0.113.1"] });
    expect(objects.find(({ kind }) => kind === "ServiceEntry")).toMatchObject({
      spec: { resolution: "STATIC", endpoints: [{ address: "203.0.113.1" }, { address: "203.0.113.2" }] },
    });
    expect(objects.at(-1)).toMatchObject({
      spec: {
        http: [
          { match: [{ headers: { "x-isthmus-http01": { exact: "true" } } }] },
          {
            headers: { request: { set: { "x-isthmus-http01": "true" } } },
            retries: { retryOn: expect.stringContaining("404") as string },
          },
        ],
      },
    });
  });

  it("wait for addresses that are not known yet, and take names for addresses", () => {
    const [entry] = renderChallengeRoutes(meshOf(["west", "east"]), meshOf(["west", "east"]), {
      ingressAddresses: { west: ["203.0.113.2"] },
    }).filter(({ object }) => object.kind === "ServiceEntry");
    expect(entry?.knownAfterApply?.needs).toBe("ingress-addresses");
    const named = rendered(meshOf(["west", "east"]), { west: ["lb.example.org"], east: ["2001:db8::1"] });
    expect(named.find(({ kind }) => kind === "ServiceEntry")).toMatchObject({ spec: { resolution: "DNS" } });
  });

  it("come before the routes that the host has at port 80, in the host's own VirtualService", () => {
    const mesh = meshOf(
      ["west"],
      "{ name: p, gateway: h, hosts: [a.example], match: { prefix: / }, weights: { v1: 100 } }",
    );
    expect(kinds(rendered(mesh, {}))).toEqual([`Service istio-system/${challengeName}`]);
    expect(renderHostRoutes(mesh)).toMatchObject([
      { metadata: { name: "isthmus-http.a.example" }, spec: { http: [{ name: challengeName }, { name: "p" }] } },
    ]);
  });

  it("need nothing where names are proven by DNS", () => {
    const mesh = meshOf(["west"]);
    const issuers = [{ name: "page", acme: { server: "https://acme.example", email: "a@b.example", dns01: {} } }];
    expect(rendered({ ...mesh, issuers }, {})).toEqual([]);
  });
});
