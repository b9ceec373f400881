import { describe, expect, it } from "vitest";
import { placesOf } from "./gateway-place.ts";
import { clusterNamed } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { compareEndpoints, expectedEndpoints, toleratedEndpoints } from "./endpoint-table.ts";

const [service] = twoClusters.services;
const actual = {
  west: { podsOf: { v1: ["10.42.0.7:5000"], v2: [] }, gateways: placesOf({ addresses: ["172.30.1.2"], port: 15443 }) },
  east: { podsOf: { v1: [], v2: ["10.42.0.7:5000"] }, gateways: placesOf({ addresses: ["172.30.2.2"], port: 15443 }) },
};

function expected(cluster: string, version: string, mesh = twoClusters): readonly string[] {
  if (service === undefined) {
    throw new Error("the mesh has a service");
  }
  return expectedEndpoints(mesh, service, { version, cluster: clusterNamed(mesh, cluster) }, actual);
}

describe("the endpoints that an ingress must have", () => {
  it("are the pods of its own network by their addresses", () => {
    expect(expected("west", "v1")).toEqual(["10.42.0.7:5000"]);
  });

  it("are the other network's east-west gateway on 15443, even where both have the same pod address", () => {
    expect(expected("west", "v2")).toEqual(["172.30.2.2:15443"]);
    expect(expected("east", "v1")).toEqual(["172.30.1.2:15443"]);
  });

  it("are pod addresses of every cluster on a shared network", () => {
    const shared = {
      ...twoClusters,
      clusters: twoClusters.clusters.map((cluster) => ({ ...cluster, network: "one" })),
    };
    expect(expected("west", "v2", shared)).toEqual(["10.42.0.7:5000"]);
  });
});

describe("the comparison", () => {
  const used = (address: string) => ({ address, idle: "" });
  const place = { cluster: "west", version: "v2" };
  it("is content with exactly the expected ones", () => {
    expect(compareEndpoints(place, ["a:15443"], [used("a:15443")]).ok).toBe(true);
  });
  it("names a pod address of the other network as foreign and the gateway as missing", () => {
    expect(compareEndpoints(place, ["a:15443"], [used("10.42.0.9:5000")])).toMatchObject({
      ok: false,
      missing: ["a:15443"],
      foreign: ["10.42.0.9:5000"],
    });
  });
  it("does not count an endpoint that gets no requests, neither as seen nor as foreign", () => {
    const seen = [
      { address: "a:15443", idle: "draining" },
      { address: "gone:1", idle: "unhealthy" },
    ];
    expect(compareEndpoints(place, ["a:15443"], seen)).toMatchObject({
      ok: false,
      seen: [],
      missing: ["a:15443"],
      foreign: [],
      idle: [
        { address: "a:15443", reason: "draining" },
        { address: "gone:1", reason: "unhealthy" },
      ],
    });
  });
  it("does not call the gateway of a cluster foreign whose pods are there and not ready", () => {
    const unready = {
      ...actual,
      east: {
        podsOf: { v1: [], v2: [] },
        unready: ["v2"],
        gateways: placesOf({ addresses: ["172.30.2.2"], port: 15443 }),
      },
    };
    if (service === undefined) {
      throw new Error("the mesh has a service");
    }
    const west = clusterNamed(twoClusters, "west");
    const tolerated = toleratedEndpoints(twoClusters, service, { version: "v2", cluster: west }, unready);
    expect(tolerated).toEqual(["172.30.2.2:15443"]);
    expect(compareEndpoints(place, [], [used("172.30.2.2:15443")], { tolerated })).toMatchObject({
      ok: false,
      foreign: [],
    });
    expect(toleratedEndpoints(twoClusters, service, { version: "v2", cluster: west }, actual)).toEqual([]);
  });
  it("takes a pod of two families for seen at either address", () => {
    const alsoAt = { "10.42.0.6:80": ["[fd00::6]:80"] };
    expect(compareEndpoints(place, ["10.42.0.6:80"], [used("[fd00::6]:80")], { alsoAt }).ok).toBe(true);
    expect(compareEndpoints(place, ["10.42.0.6:80"], [used("[fd00::6]:80"), used("10.42.0.6:80")], { alsoAt }).ok).toBe(
      true,
    );
  });
  it("is not content when a version runs nowhere", () => {
    expect(compareEndpoints(place, [], []).ok).toBe(false);
  });
});
