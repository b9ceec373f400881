import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

const kind = { apiVersion: "networking.istio.io/v1", kind: "DestinationRule" };

function rule(cluster: string) {
  return world.servers[cluster]?.store.find(kind, "sample", "helloworld") ?? expect.fail(`no rule in ${cluster}`);
}

/** A mesh of two clusters; in east somebody has deleted a DestinationRule, and a finalizer holds it. */
beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], { living: true });
  await world.run("apply --yes");
  const held = rule("east");
  const deletion = { deletionTimestamp: "2026-11-23T05:00:00Z", finalizers: ["team.example/hold"] };
  world.servers["east"]?.put({ ...held, metadata: { ...held.metadata, ...deletion } });
});

afterEach(async () => {
  await world.close();
});

describe("an apply onto an object that a finalizer holds in its deletion", () => {
  it("does everything else, waits for nothing that cannot come, and is no success", async () => {
    const ran = await world.run("apply --yes --timeout 60s");
    expect(ran.code).toBe(4);
    expect(ran.out).toMatch(/√ west {2}/);
    expect(ran.out).toMatch(/! east {2}.*not all as asked\n {4}being deleted: DestinationRule sample\/helloworld/);
    expect(ran.out).not.toMatch(/east.*all ready/);
    expect(ran.err).toContain("error[ISM767]");
    expect(ran.err).toContain("team.example/hold");
  });

  it("says so to scripts too", async () => {
    const ran = await world.run("apply --yes -o jsonl");
    expect(ran.code).toBe(4);
    const summary = JSON.parse(ran.out.trim().split("\n").at(-1) ?? "") as {
      readonly clusters: readonly { readonly name: string; readonly state: string }[];
      readonly diagnostics: readonly { readonly code: string; readonly severity: string }[];
    };
    expect(summary.clusters.map(({ name, state }) => `${name} ${state}`)).toEqual(["west applied", "east incomplete"]);
    expect(summary.diagnostics.map(({ code, severity }) => `${code} ${severity}`)).toContain("ISM767 error");
  });

  it("ends well when the object is gone, and has made it again", async () => {
    const held = rule("east");
    world.servers["east"]?.store.remove(held);
    expect((await world.run("apply --yes")).code).toBe(0);
    expect(rule("east").metadata["deletionTimestamp"]).toBeUndefined();
  });
});
