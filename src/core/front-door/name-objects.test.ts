import { describe, expect, it } from "vitest";
import type { Cluster, Mesh, Route, Service } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { isProvenByItsName, objectsOfName } from "./name-objects.ts";
import { publishedNames } from "./published-names.ts";

const name = "app.example.test";
const [shop] = twoClusters.services as readonly [Service];
const [plain] = shop.routes as readonly [Route];
const [west] = twoClusters.clusters as readonly [Cluster];
const published: Route = { ...plain, hosts: [name], dns: { via: "isthmus" } };

function meshOf(routes: readonly Route[], issuers: Mesh["issuers"] = []): Mesh {
  return { ...twoClusters, issuers, services: [{ ...shop, routes }] };
}

function objectsOf(mesh: Mesh): ReturnType<typeof objectsOfName> {
  const [first] = publishedNames(mesh);
  return first === undefined ? [] : objectsOfName(mesh, west, first);
}

function namesOf(mesh: Mesh): readonly string[] {
  return objectsOf(mesh).map((one) => `${one.kind} ${one.namespace}/${one.name}`);
}

/** Whether an object of these hosts, in place of the Gateway, serves the name. */
function isServedBy(hosts: readonly string[]): boolean | undefined {
  const metadata = { name: "any", namespace: "sample" };
  const live = { apiVersion: "v1", kind: "Gateway", metadata, spec: { servers: [{ hosts }] } };
  return objectsOf(meshOf([published]))[0]?.serves(live);
}

describe("what a published name needs in a cluster", () => {
  it("is the route's Gateway and VirtualService", () => {
    expect(namesOf(meshOf([published]))).toEqual([
      "Gateway sample/helloworld-gateway",
      "VirtualService sample/helloworld",
    ]);
  });

  it("is also the VirtualService of a host with several routes, and each of these", () => {
    const other: Route = {
      ...published,
      name: "other",
      match: { ...plain.match, path: { kind: "exact", value: "/o" } },
    };
    expect(namesOf(meshOf([published, other]))).toEqual([
      "Gateway sample/helloworld-gateway",
      "VirtualService istio-system/isthmus-http.app.example.test",
      "VirtualService sample/helloworld",
      "VirtualService sample/other",
    ]);
  });

  it("is the certificate's Secret, but where http01 needs the name first", () => {
    const tls = { secretName: "app-tls", issuer: "acme" };
    const acme = { server: "https://acme.example", email: "a@b.example" };
    const withTls = (more: object): Mesh =>
      meshOf([{ ...published, tls }], [{ name: "acme", acme: { ...acme, ...more } }] as Mesh["issuers"]);
    expect(namesOf(withTls({ dns01: {} }))).toContain("Secret istio-system/app-tls");
    expect(namesOf(withTls({ http01: {} }))).not.toContain("Secret istio-system/app-tls");
  });

  it("is made by whoever the route's certificate comes from", () => {
    const issuers = [
      { name: "own", isthmus: { server: "https://acme.example", keyType: "ecdsa-p256", reuseKey: false } },
      { name: "public", acme: { server: "https://acme.example", email: "a@b.example", dns01: {} } },
    ] as unknown as Mesh["issuers"];
    const makers = [{ issuer: "own" }, { issuer: "public" }, {}].map((issuer) => {
      const objects = objectsOf(meshOf([{ ...published, tls: { secretName: "app-tls", ...issuer } }], issuers));
      return objects.find(({ kind }) => kind === "Secret")?.by;
    });
    expect(makers).toEqual(["isthmus", "cert-manager", "somebody"]);
  });

  it("is no reason to wait for a certificate that only the name itself can prove", () => {
    const certificate = {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: "app" },
      spec: { secretName: "app-tls", dnsNames: [name] },
    };
    const proven = (way: object, dns: Route["dns"]): boolean =>
      isProvenByItsName(
        meshOf(
          [{ ...published, ...(dns === undefined ? {} : { dns }), tls: { secretName: "app-tls", issuer: "public" } }],
          [
            { name: "public", acme: { server: "https://acme.example", email: "a@b.example", ...way } },
          ] as Mesh["issuers"],
        ),
        certificate,
      );
    expect([
      proven({ http01: {} }, { via: "isthmus" }),
      proven({ dns01: {} }, { via: "isthmus" }),
      proven({ http01: {} }, { via: "externalDns" }),
    ]).toEqual([true, false, false]);
  });

  it("is nothing of a name that no route of the cluster's region has", () => {
    expect(namesOf(meshOf([{ ...published, match: { ...plain.match, fromRegions: ["east"] } }]))).toEqual([]);
  });

  it("has the host, as it is or by a wildcard", () => {
    expect([[name], ["*"], ["sample/*.example.test"], [`./${name.toUpperCase()}`]].map(isServedBy)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    const others = [[], ["other.example.test"], ["*.app.example.test"], [`shop/${name}`]];
    expect(others.map(isServedBy)).toEqual([false, false, false, false]);
  });
});
