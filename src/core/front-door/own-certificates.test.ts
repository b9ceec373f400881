import { expect, it } from "vitest";
import type { Mesh, OwnIssuer, Route } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { ownCertificates } from "./own-certificates.ts";

const settings: OwnIssuer = { server: "https://acme.example/dir", keyType: "ecdsa-p256", reuseKey: false };

function meshWith(...routes: readonly Partial<Route>[]): Mesh {
  const [service] = twoClusters.services;
  const [route] = service?.routes ?? [];
  if (service === undefined || route === undefined) {
    throw new Error("the mesh has a service with a route");
  }
  return {
    ...twoClusters,
    issuers: [{ name: "public", isthmus: settings }],
    services: [{ ...service, routes: routes.map((one, index) => ({ ...route, name: `r${index}`, ...one })) }],
  };
}

const tls = { secretName: "front", issuer: "public" };

it("is one certificate for all routes that show its Secret", () => {
  const mesh = meshWith({ tls, hosts: ["b.example.test"] }, { tls, hosts: ["A.example.test", "b.example.test"] });
  expect(ownCertificates(mesh)).toEqual([
    {
      name: "front",
      secretName: "front",
      issuer: "public",
      settings,
      names: ["a.example.test", "b.example.test"],
      clusters: ["west", "east"],
    },
  ]);
});

it("leaves out what a wildcard of the same order covers", () => {
  const mesh = meshWith({ tls, hosts: ["*.example.test", "example.test", "a.example.test", "b.a.example.test"] });
  expect(ownCertificates(mesh)[0]?.names).toEqual(["*.example.test", "b.a.example.test", "example.test"]);
});

it("has the name that its routes give it, and none of cert-manager's", () => {
  const named = meshWith({ tls: { ...tls, certificate: "shop" }, hosts: ["a.example.test"] });
  expect(ownCertificates(named)[0]?.name).toBe("shop");
  expect(ownCertificates({ ...named, issuers: [] })).toEqual([]);
});

it("is for the clusters only that have a route which shows it", () => {
  const regional = meshWith({
    tls,
    hosts: ["a.example.test"],
    match: { path: { kind: "prefix", value: "/" }, headers: {}, fromRegions: ["eu-west"] },
  });
  const clusters = regional.clusters.map((one) => ({ ...one, region: one.name === "west" ? "eu-west" : "eu-east" }));
  expect(ownCertificates({ ...regional, clusters })[0]?.clusters).toEqual(["west"]);
});
