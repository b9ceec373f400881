import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east", "north"], { living: true });
});

afterEach(async () => {
  await world.close();
});

describe("an apply that a cluster refuses", () => {
  it("tells all objects that it refuses, and does what it lets through; the next one does the rest", async () => {
    const secrets = "/api/v1/namespaces/istio-system/secrets/istio-remote-secret-";
    const west = world.servers["west"];
    west?.inject(
      { kind: "status", status: 403 },
      { times: 100, matches: ({ method, url }) => method === "PATCH" && url.startsWith(secrets) },
    );
    const refused = await world.run("apply --yes");
    expect(refused.code).toBe(4);
    expect(refused.err + refused.out).toContain("istio-remote-secret-east");
    expect(refused.err + refused.out).toContain("istio-remote-secret-north");
    const there = (name: string): boolean =>
      world.servers["east"]?.store.find({ apiVersion: "v1", kind: "Secret" }, "istio-system", name) !== undefined;
    expect([there("istio-remote-secret-west"), there("istio-remote-secret-north")]).toEqual([true, true]);
    west?.mend();
    expect((await world.run("apply --yes")).code).toBe(0);
    expect((await world.run("plan --detailed-exitcode")).code).toBe(0);
  });
});
