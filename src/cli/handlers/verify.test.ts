import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { editMesh } from "../testing/edit-mesh.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import { clustersPage, endpointSlices, runEastWest, runIngress, runPod } from "../testing/fake-service.ts";

let world: FakeClusters;
let endpoints: Readonly<Record<string, readonly string[]>>;

/** One cluster with a service that no route leads to, and an ingress that knows its pod. */
beforeEach(async () => {
  endpoints = { v1: ["10.42.0.6:5000"] };
  world = await startFakeClusters(["west"], {
    living: true,
    kinds: [endpointSlices],
    podResponse: () => clustersPage(endpoints),
  });
  await editMesh(world, (text) => text.replace(/ +routes:(\n {8}.*)+/, ""));
  runPod(world.servers["west"], "v1", "10.42.0.6");
  runEastWest(world.servers["west"], "172.30.1.2");
  runIngress(world.servers["west"]);
});

afterEach(async () => {
  await world.close();
});

describe("a proof of a service without routes", () => {
  it("names it as not proven, and does not end with 0", async () => {
    const ran = await world.run("verify --no-probe-pod");
    expect(ran.out).toBe(
      [
        "? west  sample/helloworld, no route",
        "    endpoints v1: 10.42.0.6:5000",
        "    not proven: no request was asked of a service (ISM408)",
        "? 1 not proven",
        "",
      ].join("\n"),
    );
    expect(ran.err).toContain("warning[ISM408]");
    expect(ran.code).toBe(3);
  });

  it("ends with 0 only when that is asked for, and says the same", async () => {
    const ran = await world.run("verify --no-probe-pod --allow-unproven");
    expect([ran.code, ran.out.includes("verified"), ran.out.includes("? 1 not proven")]).toEqual([0, false, true]);
  });

  it("is skipped in a report for CI, and counted in JSON", async () => {
    const junit = await world.run("verify --no-probe-pod -o junit");
    expect(junit.out).toContain('tests="1" failures="0" skipped="1"');
    expect(junit.out).toContain('<skipped message="ISM408 No request was asked of a service">');
    const json = JSON.parse((await world.run("verify --no-probe-pod -o json")).out) as object;
    expect(json).toMatchObject({ ok: false, proven: 0, failed: 0, notProven: 1, proofs: [{ state: "notProven" }] });
  });

  it("fails when the ingress has other endpoints, also with --allow-unproven", async () => {
    endpoints = { v1: ["10.42.0.9:5000"] };
    const ran = await world.run("verify --no-probe-pod --allow-unproven");
    expect([ran.code, ran.out.includes("× 1 of 1 proofs failed")]).toEqual([3, true]);
    expect(ran.err).toContain("missing 10.42.0.6:5000");
    expect(ran.err).toContain("has 10.42.0.9:5000");
  });

  it("says which pods are not ready, as the cause", async () => {
    runPod(world.servers["west"], "v1", "10.42.0.6", false);
    endpoints = { v1: [] };
    const ran = await world.run("verify --no-probe-pod");
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("no pod of it is ready in west");
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("kubectl --context west -n sample get pods");
  });

  it("says that nothing was looked at, where no pod of the gateway runs", async () => {
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "ingress-1", namespace: "istio-system" } };
    world.servers["west"]?.store.remove(pod);
    const ran = await world.run("verify --no-probe-pod");
    expect(ran.code).toBe(3);
    expect(ran.err).toContain("No running pod of the ingress gateway of west");
  });

  it("says that the Service lacks the port, instead of missing its pods", async () => {
    await editMesh(world, (text) => text.replace("port: 5000", "port: 80"));
    const ran = await world.run("verify --no-probe-pod");
    expect(ran.err).toContain("ISM409");
    expect(ran.err).not.toContain("ISM402");
  });
});

describe("what is to be proven", () => {
  it("is nothing where the mesh file names no service, which is said and is no success", async () => {
    await editMesh(world, (text) => text.replace(/ +services:(\n {4}.*)+/, ""));
    const ran = await world.run("verify --no-probe-pod");
    expect([ran.code, ran.out]).toEqual([3, "? nothing to prove\n"]);
  });

  it.each([
    ["verify helloword", "Did you mean helloworld?"],
    ["verify helloworld -n other", "no service helloworld in namespace other"],
    ["verify --route web", "no with route web"],
    ["verify --expect 700", "takes statuses such as 200"],
    ["verify --header nonsense", "--header takes NAME: VALUE"],
    ["verify --header 'host: a.example'", "asks for the route's own hosts"],
  ])("is refused with 64 by %s", async (command, words) => {
    const ran = await world.run(command);
    expect(ran.code).toBe(64);
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain(words);
  });
});
