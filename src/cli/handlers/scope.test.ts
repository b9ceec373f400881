import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], { living: true });
});

afterEach(async () => {
  await world.close();
});

/** How many writes a cluster has seen, dry-runs aside. */
function writesOn(cluster: string): number {
  const requests = world.servers[cluster]?.requests ?? [];
  return requests.filter(({ method, url }) => method !== "GET" && !url.includes("dryRun")).length;
}

function has(cluster: string, kind: string, name: string): boolean {
  return world.servers[cluster]?.store.find({ apiVersion: "v1", kind }, "istio-system", name) !== undefined;
}

describe("--cluster", () => {
  it("plans and applies one cluster and writes nothing on the others", async () => {
    const plan = await world.run("plan --cluster west -o json");
    expect(JSON.parse(plan.out)).toMatchObject({ outOfScope: ["east"], clusters: [{ name: "west" }] });
    const ran = await world.run("apply --cluster west --yes --timeout 20s");
    expect(ran.err).not.toContain("error[");
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("Out of scope: east.");
    expect(has("west", "ConfigMap", "istio")).toBe(true);
    expect(writesOn("east")).toBe(0);
  });

  it("joins a cluster to one outside the scope by the credential that is there", async () => {
    expect((await world.run("apply --cluster east --yes --timeout 20s")).code).toBe(0);
    const before = writesOn("east");
    const ran = await world.run("apply --cluster west --yes --timeout 20s");
    expect(ran.code).toBe(0);
    expect(has("west", "Secret", "istio-remote-secret-east")).toBe(true);
    expect(has("east", "Secret", "istio-remote-secret-west")).toBe(false);
    expect(writesOn("east")).toBe(before);
    expect((await world.run("plan --cluster west --detailed-exitcode")).code).toBe(0);
  });

  it("takes no notice of a dead cluster outside the scope", async () => {
    expect((await world.run("apply --yes --timeout 20s")).code).toBe(0);
    await world.servers["east"]?.close();
    expect((await world.run("plan")).code).toBe(69);
    const plan = await world.run("plan --cluster west --detailed-exitcode");
    expect([plan.code, plan.err]).toEqual([0, expect.not.stringContaining("error[")]);
    expect((await world.run("apply --cluster west --yes --timeout 20s")).code).toBe(0);
    expect((await world.run("remove --cluster west --yes --timeout 20s")).code).toBe(0);
    expect(has("west", "ConfigMap", "istio")).toBe(false);
  });

  it("removes one cluster and leaves the others as they are", async () => {
    expect((await world.run("apply --yes --timeout 20s")).code).toBe(0);
    const before = writesOn("west");
    const ran = await world.run("remove --cluster east --yes --timeout 20s");
    expect(ran.code).toBe(0);
    expect(has("east", "ConfigMap", "istio")).toBe(false);
    expect(has("west", "Secret", "istio-remote-secret-east")).toBe(true);
    expect(writesOn("west")).toBe(before);
  });

  it("is remembered by a saved plan, and not taken beside one", async () => {
    await world.run("plan --cluster west --out west.plan");
    expect((await world.run("apply west.plan --cluster east --yes")).err).toContain("error[ISM066]");
    expect((await world.run("apply west.plan --yes --timeout 20s")).code).toBe(0);
    expect(has("west", "ConfigMap", "istio")).toBe(true);
    expect(writesOn("east")).toBe(0);
  });

  it.each(["plan", "apply --yes", "remove --yes"])("names the near name of an unknown cluster: %s", async (command) => {
    const ran = await world.run(`${command} --cluster wset --cluster norden`);
    expect(ran.code).toBe(64);
    expect(ran.err).toContain("Did you mean west?");
    expect(ran.err).toContain("norden is not a cluster");
  });

  it("of every cluster is the same as none", async () => {
    expect((await world.run("plan --cluster west,east")).out).not.toContain("Out of scope");
  });
});
