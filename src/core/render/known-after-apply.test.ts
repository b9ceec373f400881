import { runsOfToday } from "../../../test/part-of-today.ts";
import fc from "fast-check";
import { expect, it } from "vitest";
import { writeJson } from "../model/exact-json.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { Secret } from "../secret.ts";
import { arbitraryMesh, materialsOf } from "../testing/arbitrary-mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import type { KnownAfterApply } from "./known-after-apply.ts";
import type { Materials } from "./materials.ts";
import type { PlacedObject } from "./place-objects.ts";
import { renderCluster } from "./render-mesh.ts";
import { isUnknownText } from "./unknown.ts";

/** Every text in an object, Secrets exposed. */
function textsOf(value: unknown): readonly string[] {
  if (value instanceof Secret) {
    return [value.expose()];
  }
  if (typeof value === "string") {
    return [value];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function hasUnknown(object: KubeObject): boolean {
  return textsOf(object).some(isUnknownText);
}

/** What an apply would fill in, taken from materials that have everything. */
function fill(one: KnownAfterApply, cluster: string, all: Materials): KubeObject {
  const authority = all.authorities[cluster];
  const credential = one.needs === "credential" ? all.remoteCredentials[cluster]?.[one.remote] : undefined;
  if (one.needs === "cacerts" && authority !== undefined) {
    return one.fillIn(authority);
  }
  if (one.needs === "credential" && credential !== undefined) {
    return one.fillIn(credential);
  }
  if (one.needs === "ingress-addresses") {
    return one.fillIn({ ...one.known, ...all.ingressAddresses });
  }
  throw new Error(`nothing to fill ${one.needs} with`);
}

function withAddresses(mesh: Mesh, materials: Materials): Materials {
  const addresses = mesh.clusters.map(({ name }, index) => [name, [`192.0.2.${index + 1}`]] as const);
  return { ...materials, ingressAddresses: Object.fromEntries(addresses) };
}

/** Every object of every cluster, before an apply and with everything known. */
function pairsOf(mesh: Mesh): readonly (readonly [cluster: string, before: PlacedObject, after: PlacedObject])[] {
  const nothing = materialsOf(mesh, { keys: false });
  const everything = withAddresses(mesh, materialsOf(mesh, { keys: true }));
  return mesh.clusters.flatMap((cluster) => {
    const after = renderCluster(mesh, cluster, everything).objects;
    return renderCluster(mesh, cluster, nothing).objects.map(
      (before, index) => [cluster.name, before, after[index] ?? before] as const,
    );
  });
}

function expectCompletes(mesh: Mesh): void {
  const everything = withAddresses(mesh, materialsOf(mesh, { keys: true }));
  for (const [cluster, before, after] of pairsOf(mesh)) {
    expect(hasUnknown(before.object)).toBe(before.knownAfterApply !== undefined);
    expect(after.knownAfterApply).toBeUndefined();
    if (before.knownAfterApply !== undefined) {
      const filled = fill(before.knownAfterApply, cluster, everything);
      expect(textsOf(filled)).toEqual(textsOf(after.object));
      expect(writeJson(filled)).toBe(writeJson(after.object));
    }
  }
}

const published: Mesh = {
  ...twoClusters,
  services: twoClusters.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({
      ...route,
      hosts: ["a.example.com"],
      dns: { via: "externalDns" } as const,
    })),
  })),
};

it("says what every object that is not whole waits for, and fills it in as a rendering that knows it would", () => {
  fc.assert(fc.property(arbitraryMesh, expectCompletes), { numRuns: runsOfToday(30) });
  expectCompletes(published);
});

it("publishes the addresses that there are, also while a cluster has none", () => {
  const gateway = pairsOf(published).find(([, { knownAfterApply }]) => knownAfterApply?.needs === "ingress-addresses");
  const awaited = gateway?.[1].knownAfterApply;
  const filled = awaited?.needs === "ingress-addresses" ? awaited.fillIn({ east: ["192.0.2.9"], west: [] }) : undefined;
  expect(filled?.metadata.annotations).toEqual({
    "external-dns.alpha.kubernetes.io/target": "192.0.2.9",
    "external-dns.kubernetes.io/target": "192.0.2.9",
    "isthmus.dev/published": "east=192.0.2.9",
  });
});
