import { expect } from "vitest";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import type { SeenRequest } from "../../src/kube/fake/faults.ts";
import type { Outcome } from "./comparable-store.ts";
import { itemsOf, keyOf, keyOfId, outcomeOf } from "./comparable-store.ts";

/**
 * Expects that `apply --yes` again succeeds and leaves `wanted`, with an
 * inventory of exactly the objects that are there, and that a plan after it
 * finds nothing to do.
 */
export async function expectConverges(world: FakeClusters, wanted: Outcome): Promise<void> {
  const again = await world.run("apply --yes");
  expect(/\S* ?error\[[\s\S]*/.exec(again.err)?.[0] ?? "").toBe("");
  expect(again.code).toBe(0);
  expect(outcomeOf(world)).toEqual(wanted);
  for (const { store } of Object.values(world.servers)) {
    const owned = store.all().filter(({ metadata: { labels } }) => isOwned(labels));
    const inventory = owned.find(({ metadata }) => metadata.name === "isthmus-inventory-prod");
    const listed = inventory === undefined ? [] : itemsOf(inventory).map(({ id }) => keyOfId(id));
    // The inventory and the Lease are bookkeeping and stand in no list.
    const expected = owned.filter((object) => object !== inventory && object.kind !== "Lease").map(keyOf);
    expect(listed.toSorted()).toEqual(expected.toSorted());
  }
  const third = await world.run("plan --detailed-exitcode");
  expect(third.out).toContain("No changes.");
  expect(third.code).toBe(0);
}

/** Expects that over all runs every object of the mesh was written exactly once. `undone` is a write that was sent and did not take effect. */
export function expectWrittenOnce(world: FakeClusters, undone?: SeenRequest): void {
  for (const [cluster, server] of Object.entries(world.servers)) {
    const counts = new Map<string, number>();
    for (const request of server.requests) {
      const [address = ""] = request.url.split("?");
      if (isWrite(request) && request !== undone && !/\/leases|isthmus-inventory/.test(address)) {
        counts.set(address, (counts.get(address) ?? 0) + 1);
      }
    }
    const repeated = [...counts].filter(([, count]) => count !== 1);
    expect({ cluster, repeated }).toEqual({ cluster, repeated: [] });
  }
}

/** True for a request that changes something, dry-runs excepted. */
export function isWrite({ method, url }: SeenRequest): boolean {
  return method !== "GET" && !url.includes("dryRun");
}

function isOwned(labels: unknown): boolean {
  return (labels as Readonly<Record<string, string>> | undefined)?.["isthmus.dev/mesh"] === "prod";
}
