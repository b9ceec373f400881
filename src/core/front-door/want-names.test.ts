import { describe, expect, it } from "vitest";
import { withDrains } from "../drain/drained-mesh.ts";
import type { Mesh, Route, Service } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import type { WantOptions } from "./want-names.ts";
import { wantNames, withdrawNames } from "./want-names.ts";

const [shop] = twoClusters.services as readonly [Service];
const [route] = shop.routes as readonly [Route];
const name = "app.example.test";
const mesh: Mesh = {
  ...twoClusters,
  dns: { zone: "example.test", provider: { name: "rfc2136", settings: {} }, ttlSeconds: 30 },
  services: [{ ...shop, routes: [{ ...route, hosts: [name], dns: { via: "isthmus" } }] }],
};
const ingress = { west: ["192.0.2.1"], east: ["192.0.2.2", "192.0.2.3"] };
const at = "2026-11-30T00:00:00.000Z";

function want(options: Partial<WantOptions>, of: Mesh = mesh): unknown {
  return wantNames(of, { ingress, ...options }).map(({ wanted, standings }) => [wanted.clusters, standings]);
}

describe("what a name is to have", () => {
  it("is the addresses of all clusters, for the mesh and for as long as the file says", () => {
    expect(wantNames(mesh, { ingress }).map(({ wanted }) => wanted)).toEqual([
      { name, mesh: "sandbox", ttlSeconds: 30, clusters: ingress },
    ]);
  });

  it("is without a drained cluster, and as it is for one that does not answer", () => {
    const drained = withDrains(mesh, [
      {
        cluster: "east",
        namespace: shop.namespace,
        service: shop.name,
        since: at,
        selector: {},
        instead: "west",
        stage: "all",
        at,
      },
    ]);
    expect(want({}, drained)).toEqual([
      [
        { west: ["192.0.2.1"], east: [] },
        { west: "serving", east: "drained" },
      ],
    ]);
    expect(want({ ingress: { ...ingress, east: "keep" } })).toEqual([
      [
        { west: ["192.0.2.1"], east: "keep" },
        { west: "serving", east: "unknown" },
      ],
    ]);
  });

  it("is without addresses that failed, also of a cluster that does not answer", () => {
    const isDown = (_name: string, address: string): boolean => address === "192.0.2.2";
    expect(want({ isDown })).toEqual([
      [
        { west: ["192.0.2.1"], east: ["192.0.2.3"] },
        { west: "serving", east: "serving" },
      ],
    ]);
    expect(want({ isDown, ingress: { ...ingress, east: "keep" }, published: () => ["192.0.2.2"] })).toEqual([
      [
        { west: ["192.0.2.1"], east: [] },
        { west: "serving", east: "down" },
      ],
    ]);
  });

  it("is without a cluster that lacks what the name needs, while another one serves it", () => {
    expect(want({ incomplete: { east: [name] } })).toEqual([
      [
        { west: ["192.0.2.1"], east: [] },
        { west: "serving", east: "incomplete" },
      ],
    ]);
    expect(want({ incomplete: { east: ["other.example.test"] } })).toEqual([
      [ingress, { west: "serving", east: "serving" }],
    ]);
    expect(want({ incomplete: { east: [name] }, ingress: { ...ingress, west: "keep" } })).toEqual([
      [
        { west: "keep", east: "keep" },
        { west: "unknown", east: "incomplete" },
      ],
    ]);
    expect(want({ incomplete: { east: [name] }, isDown: (_name, address) => address === "192.0.2.1" })).toEqual([
      [
        { west: "keep", east: "keep" },
        { west: "held", east: "incomplete" },
      ],
    ]);
  });

  it("never is nothing because of health checks", () => {
    expect(want({ isDown: () => true })).toEqual([
      [
        { west: "keep", east: "keep" },
        { west: "held", east: "held" },
      ],
    ]);
  });

  it("is nothing of a cluster whose gateway has no address", () => {
    expect(want({ ingress: { ...ingress, east: [] } })).toEqual([
      [
        { west: ["192.0.2.1"], east: [] },
        { west: "serving", east: "no-address" },
      ],
    ]);
  });

  it("is nothing of a cluster that the mesh is not applied to", () => {
    expect(want({ strangers: ["east"] })).toEqual([
      [
        { west: ["192.0.2.1"], east: [] },
        { west: "serving", east: "not-applied" },
      ],
    ]);
  });

  it("is as it is for a cluster that answers and whose gateway is about to get an address", () => {
    expect(want({ ingress: { ...ingress, east: "keep" }, addressless: ["east"] })).toEqual([
      [
        { west: ["192.0.2.1"], east: "keep" },
        { west: "serving", east: "no-address" },
      ],
    ]);
  });

  it("goes with the whole mesh, and with one cluster its share", () => {
    const withdrawn = (clusters: readonly string[]): unknown =>
      withdrawNames(mesh, [name], clusters).map(({ wanted }) => wanted);
    expect(withdrawn(["west", "east"])).toEqual([
      { name, mesh: "sandbox", ttlSeconds: 30, clusters: { west: [], east: [] }, mayBeEmpty: true },
    ]);
    expect(withdrawn(["east"])).toEqual([
      { name, mesh: "sandbox", ttlSeconds: 30, clusters: { west: "keep", east: [] }, mayBeEmpty: false },
    ]);
  });
});
