import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import type { Mesh } from "../model/mesh.ts";
import { Secret } from "../secret.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { renderFrontDoorSecrets } from "./front-door-secret.ts";
import { unknownUntilApply } from "./unknown.ts";

const mesh: Mesh = {
  ...twoClusters,
  issuers: [
    { name: "public", isthmus: { server: "https://acme.example/dir", keyType: "ecdsa-p256", reuseKey: false } },
  ],
  services: twoClusters.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({
      ...route,
      hosts: ["a.example.test"],
      tls: { secretName: "front", issuer: "public" },
    })),
  })),
};
const issued = { chain: "CHAIN", key: new Secret("KEY"), server: "https://acme.example/dir", profile: "shortlived" };

it("is the same Secret in every cluster, with where it was ordered", () => {
  const [west, east] = ["west", "east"].map((name) =>
    renderFrontDoorSecrets(mesh, { name }, { certificates: { front: issued } }),
  );
  expect(west).toEqual(east);
  const [one] = west ?? [];
  expect(one?.knownAfterApply).toBeUndefined();
  expect(one?.object).toMatchObject({
    kind: "Secret",
    type: "kubernetes.io/tls",
    metadata: {
      name: "front",
      namespace: "istio-system",
      annotations: { "isthmus.dev/acme-server": issued.server, "isthmus.dev/acme-profile": "shortlived" },
    },
  });
  const data = one?.object["data"] as Readonly<Record<string, Secret>>;
  expect(Buffer.from(data["tls.key"]?.expose() ?? "", "base64").toString()).toBe("KEY");
});

it("waits for what is ordered, and is then the same as one that was there", () => {
  const [waiting] = renderFrontDoorSecrets(mesh, { name: "west" }, {});
  const [there] = renderFrontDoorSecrets(mesh, { name: "west" }, { certificates: { front: issued } });
  const data = waiting?.object["data"] as Readonly<Record<string, Secret>>;
  expect(data["tls.crt"]?.equals(unknownUntilApply("certificate front"))).toBe(true);
  const awaited = waiting?.knownAfterApply;
  expect(awaited?.needs === "certificate" ? awaited.fillIn(issued) : undefined).toEqual(there?.object);
});
