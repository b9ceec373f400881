import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

/** A mesh of which somebody else owns a field in a ConfigMap and in a Secret. */
beforeEach(async () => {
  world = await startFakeClusters(["west"]);
  await world.run("apply --yes");
  for (const [kind, name] of [
    ["ConfigMap", "istio"],
    ["Secret", "pull"],
  ] as const) {
    const metadata = { name, namespace: "istio-system" };
    world.servers["west"]?.put({ apiVersion: "v1", kind, metadata, data: { mesh: "by hand", password: "b3RoZXI=" } });
    world.servers["west"]?.addConflict({ apiVersion: "v1", kind }, name, { manager: "helm", field: ".data" });
  }
});

afterEach(async () => {
  await world.close();
});

describe("--force-conflicts", () => {
  it("takes all kinds over when it stands alone", async () => {
    expect((await world.run("plan")).code).toBe(1);
    expect((await world.run("apply --yes --force-conflicts")).code).toBe(0);
  });

  it("takes only the named kinds over", async () => {
    const one = await world.run("plan --force-conflicts=ConfigMap");
    expect(one.code).toBe(1);
    expect(one.err).toContain("Secret istio-system/pull");
    expect(one.err).not.toContain("ConfigMap istio-system/istio");
    expect((await world.run("apply --yes --force-conflicts=ConfigMap --force-conflicts=Secret")).code).toBe(0);
  });

  it("names the kinds for one that the plan does not hold, before anything is asked", async () => {
    const ran = await world.run("apply --yes --force-conflicts=configmap,Sercet,Ingress");
    expect(ran.code).toBe(64);
    expect(ran.err.match(/error\[ISM067\]/g)).toHaveLength(3);
    expect(ran.err).toContain("Did you mean ConfigMap?");
    expect(ran.err).toContain("Did you mean Secret?");
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("the kinds are ConfigMap,");
  });

  it("is kept by a saved plan, kinds and all", async () => {
    expect((await world.run("plan --force-conflicts=ConfigMap,Secret --out prod.plan")).code).toBe(0);
    const beside = await world.run("apply prod.plan --yes --force-conflicts=Secret");
    expect(beside.err).toContain("isthmus plan --force-conflicts=Secret --out prod.plan");
    expect((await world.run("apply prod.plan --yes")).code).toBe(0);
  });
});
