import { describe, expect, it } from "vitest";
import { placesOf } from "../checks/gateway-place.ts";
import { expectedEndpoints } from "../checks/endpoint-table.ts";
import type { Drain } from "../model/drain.ts";
import { clusterNamed } from "../model/mesh.ts";
import { drainOf, shopOf, threeClusters } from "../testing/three-clusters.ts";
import { mergeDrains, recordedDrains, withDrains } from "./drained-mesh.ts";

describe("a mesh with drains", () => {
  it("is the same mesh where nothing is drained, or what is drained is no part of it", () => {
    const mesh = threeClusters();
    expect(withDrains(mesh, [])).toBe(mesh);
    expect(withDrains(mesh, [{ ...drainOf("east", "all"), cluster: "south" }])).toBe(mesh);
    expect(withDrains(mesh, [{ ...drainOf("east", "all"), service: "till" }])).toBe(mesh);
  });

  it("stays what it is when the same is drained again", () => {
    const drained = withDrains(threeClusters(), [drainOf("east", "all")]);
    expect(withDrains(drained, [drainOf("east", "all")])).toEqual(drained);
  });

  it("has its weights while every version runs elsewhere too", () => {
    expect(shopOf(withDrains(threeClusters(), [drainOf("west", "all")])).routes[0]?.weights).toEqual({
      v1: 70,
      v2: 30,
    });
  });

  it.each([
    ["weights: { v1: 70, v2: 30 }", { v1: 100, v2: 0 }],
    ["weights: { v1: 0, v2: 100 }", { v1: 100, v2: 0 }],
    ["weights: { v1: 100, v2: 0 }", { v1: 100, v2: 0 }],
  ])("gives the share of a version that runs there only to the others: %s", (route, left) => {
    expect(shopOf(withDrains(threeClusters(route), [drainOf("east", "callers")])).routes[0]?.weights).toEqual(left);
  });
});

describe("the endpoints that proxies must have", () => {
  const actual = {
    west: { podsOf: { v1: ["10.1.0.1:80"], v2: [] }, gateways: placesOf({ addresses: ["1.1.1.1"], port: 15443 }) },
    east: {
      podsOf: { v1: ["10.2.0.1:80"], v2: ["10.2.0.2:80"] },
      gateways: placesOf({ addresses: ["2.2.2.2"], port: 15443 }),
    },
    north: { podsOf: { v1: ["10.3.0.1:80"], v2: [] }, gateways: placesOf({ addresses: ["3.3.3.3"], port: 15443 }) },
  };
  const expected = (drains: readonly Drain[], cluster: string, version = "v1"): readonly string[] => {
    const mesh = withDrains(threeClusters(), drains);
    return expectedEndpoints(mesh, shopOf(mesh), { version, cluster: clusterNamed(mesh, cluster) }, actual);
  };

  it("are those of the clusters that stay, for callers of each of them", () => {
    expect(expected([drainOf("east", "callers")], "west")).toEqual(["10.1.0.1:80", "3.3.3.3:15443"]);
    expect(expected([drainOf("east", "all")], "north")).toEqual(["1.1.1.1:15443", "10.3.0.1:80"]);
  });

  it("are all that stay and its own in the drained cluster, until its own callers leave too; then those of one cluster", () => {
    expect(expected([drainOf("east", "callers")], "east")).toEqual(["1.1.1.1:15443", "10.2.0.1:80", "3.3.3.3:15443"]);
    expect(expected([drainOf("east", "all")], "east")).toEqual(["3.3.3.3:15443"]);
  });

  it("are those of another cluster where the one that answers instead is drained as well", () => {
    expect(expected([drainOf("east", "all"), drainOf("north", "callers")], "east")).toEqual(["1.1.1.1:15443"]);
  });

  it("are none elsewhere of a version that runs in the drained cluster only", () => {
    expect(expected([drainOf("east", "all")], "west", "v2")).toEqual([]);
  });
});

describe("what the clusters record", () => {
  it("is one drain, as far as any of them has come by the last command", () => {
    expect(mergeDrains([drainOf("east", "callers"), drainOf("east", "all")])).toEqual([drainOf("east", "all")]);
    expect(mergeDrains([drainOf("east", "callers"), drainOf("west", "all")])).toHaveLength(2);
  });

  it("is over when it has ended, also where a cluster that was away then still records it", () => {
    const ended = { ...drainOf("east", "ended"), at: "2026-11-21T08:00:00.000Z" };
    const records = [drainOf("east", "all"), ended];
    expect([mergeDrains(records), mergeDrains(records.toReversed())]).toEqual([[], []]);
    expect(recordedDrains(records)).toEqual([drainOf("east", "all")]);
    // Half of an undrain: not everywhere.
    expect(mergeDrains([ended, { ...ended, stage: "callers" }])).toHaveLength(1);
    // Drained once more since.
    expect(mergeDrains([ended, { ...drainOf("east", "all"), at: "2026-11-22T08:00:00.000Z" }])).toHaveLength(1);
  });
});
