import { expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { renderInventory } from "../../core/plan/inventory.ts";
import { drainOf } from "../../core/testing/three-clusters.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readDrains } from "./read-drains.ts";
import { signal } from "./testing/wire-cluster.ts";

it("reads what any of the clusters records, each drain once, and passes over those that cannot be asked", async () => {
  const [west, east, north] = await Promise.all([connectFake(), connectFake(), connectFake()]);
  const record = (cluster: string, stage: "callers" | "all"): KubeObject =>
    renderInventory({ mesh: "m", cluster, items: [], drains: [drainOf("east", stage)] });
  west.server.put(record("west", "callers"));
  east.server.put(record("east", "all"));
  north.server.inject({ kind: "status", status: 403 }, { times: 10 });
  expect(await readDrains("m", [west, east, north], signal)).toEqual([drainOf("east", "all")]);
  expect(await readDrains("other", [west, east], signal)).toEqual([]);
});
