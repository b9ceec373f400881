import { Buffer } from "node:buffer";
import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { appliedPassword, signInToken, startFakeClusters } from "../testing/fake-clusters.ts";
import type { EventLine } from "../testing/event-lines.ts";
import { eventLinesOf, expectDocumented } from "../testing/event-lines.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west"]);
});

afterEach(async () => {
  await world.close();
});

function idsOf(lines: readonly EventLine[], event: string): readonly string[] {
  return lines.filter((line) => line.event === event).map((line) => String(line["id"]));
}

function plannedIds(tasks: unknown): readonly string[] {
  return (tasks as readonly { readonly id: string }[]).map(({ id }) => id);
}

/** A line as few words, without what differs from run to run. */
function shorten(line: EventLine): string {
  const object = line["object"] as { readonly kind: string; readonly name: string } | undefined;
  const words = [line["cluster"] ?? line["subject"], line["task"], line["action"], object?.kind, object?.name];
  return [line.event, ...words.filter((word) => word !== undefined)].join(" ");
}

function expectNoSecrets(text: string): void {
  const map = world.servers["west"]?.store.find({ apiVersion: "v1", kind: "Secret" }, "istio-system", "cacerts");
  const key = String((map?.["data"] as Readonly<Record<string, unknown>> | undefined)?.["ca-key.pem"]);
  expect(key.length).toBeGreaterThan(100);
  const pem = Buffer.from(key, "base64").toString("utf8");
  const secrets = [key, pem.split("\n")[1] ?? "", appliedPassword, signInToken];
  for (const secret of [...secrets, Buffer.from(appliedPassword, "utf8").toString("base64")]) {
    expect(secret.length).toBeGreaterThan(10);
    expect(text).not.toContain(secret);
  }
}

describe("apply -o jsonl", () => {
  it("prints the whole plan first, a line per event, and the exit code last", async () => {
    const ran = await world.run("apply --yes -o jsonl");
    const lines = eventLinesOf(ran.out);
    expect(ran.code).toBe(0);
    expect(lines.filter((line) => line["within"] === undefined).map(shorten)).toEqual([
      "plan",
      "task.started west inventory",
      "task.done west inventory",
      "task.started west foundation: namespaces",
      "object.applied west create Namespace istio-system",
      "task.done west foundation: namespaces",
      "task.started west trust: cacerts",
      "object.applied west create Secret cacerts",
      "task.done west trust: cacerts",
      "task.started west istio: definitions and roles",
      "object.applied west create ConfigMap istio",
      "task.done west istio: definitions and roles",
      "task.started west istio: control plane",
      "object.applied west create Secret pull",
      "task.done west istio: control plane",
      "task.started west istio: gateways",
      "object.applied west create Gateway cross-network-gateway",
      "task.done west istio: gateways",
      "task.started west routes: proxies",
      "task.done west routes: proxies",
      "summary",
    ]);
    for (const line of lines) {
      expect(line).toMatchObject({ apiVersion: "isthmus.dev/v1alpha1", kind: "Event" });
      expect(new Date(String(line["time"])).toISOString()).toBe(line["time"]);
    }
    expect(lines[0]?.["plan"]).toMatchObject({ kind: "Plan", mesh: "prod", summary: { create: 5 } });
    expect(lines.at(-1)).toMatchObject({
      exitCode: 0,
      clusters: [{ name: "west", state: "applied", applied: 5, deleted: 0 }],
    });
    expectNoSecrets(ran.out + ran.err);
  });

  it("does every task that the plan names, once, and no other, with the same ids in the next run", async () => {
    const first = eventLinesOf((await world.run("apply --yes -o jsonl")).out);
    const again = eventLinesOf((await world.run("apply --yes -o jsonl")).out);
    for (const lines of [first, again]) {
      expect(idsOf(lines, "task.started")).toEqual(plannedIds(lines[0]?.["tasks"]));
      expect(new Set(idsOf(lines, "task.done"))).toEqual(new Set(idsOf(lines, "task.started")));
    }
    expect(plannedIds(again[0]?.["tasks"])).toEqual(plannedIds(first[0]?.["tasks"]));
    expect(plannedIds(first[0]?.["tasks"])).toEqual(
      expect.arrayContaining(["west/inventory", "west/gateways", "west/gateways/ready", "west/finish/inventory"]),
    );
  });

  it("has only fields that the reference names", async () => {
    const applied = await world.run("apply --yes -o jsonl");
    const removed = await world.run("remove --yes -o jsonl");
    const refused = await world.run("apply -f none.yaml -o jsonl");
    expectDocumented(eventLinesOf(applied.out + removed.out + refused.out));
  });

  it("shows a changed value of a Secret as fingerprints", async () => {
    await world.run("apply --yes");
    world.servers["west"]?.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "pull", namespace: "istio-system" },
      data: { password: Buffer.from(appliedPassword.toUpperCase()).toString("base64") },
    });
    const ran = await world.run("apply --yes -o jsonl");
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/"data\.password","before":"<redacted:sha256:[0-9a-f]{8}>","after":"<redacted/);
    expectNoSecrets(ran.out);
    expect(ran.out).not.toContain(Buffer.from(appliedPassword.toUpperCase()).toString("base64"));
  });

  it("emits the summary alone when there is no plan", async () => {
    const ran = await world.run("apply -f none.yaml --yes -o jsonl");
    expect(ran.code).toBe(64);
    expect(eventLinesOf(ran.out)).toMatchObject([
      { event: "summary", exitCode: 64, clusters: [], diagnostics: [{ code: "ISM202" }] },
    ]);
    expect(ran.err).toContain("ISM202");
  });

  it("emits a refusal after the plan", async () => {
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" };
    const renewTime = new Date().toISOString();
    world.servers["west"]?.put({
      ...lease,
      metadata: { name: "isthmus-prod", namespace: "kube-system" },
      spec: { holderIdentity: "bo@ci/9", leaseDurationSeconds: 30, acquireTime: renewTime, renewTime },
    });
    const ran = await world.run("apply --yes -o jsonl");
    expect(ran.code).toBe(75);
    expect(eventLinesOf(ran.out)).toMatchObject([
      { event: "plan" },
      { event: "summary", exitCode: 75, diagnostics: [{ code: "ISM308", cluster: "west" }] },
    ]);
    expect(world.servers["west"]?.store.list({ apiVersion: "v1", kind: "Namespace" }, undefined)).toEqual([]);
  });
});

describe("remove -o jsonl", () => {
  it("prints what goes first, each object as it goes, and the exit code last", async () => {
    await world.run("apply --yes");
    const ran = await world.run("remove --yes -o jsonl");
    const lines = eventLinesOf(ran.out);
    expect(ran.code).toBe(0);
    expect(lines[0]).toMatchObject({ event: "removal", mesh: "prod", clusters: [{ name: "west" }] });
    expect(lines.map(shorten)).toContain("object.deleted west Gateway cross-network-gateway");
    const [cluster] = (lines[0]?.["clusters"] ?? []) as readonly { readonly tasks: unknown }[];
    expect(idsOf(lines, "task.started")).toEqual(plannedIds(cluster?.tasks));
    expect(plannedIds(cluster?.tasks)).toEqual(expect.arrayContaining(["west/remove", "west/remove/gateways"]));
    expect(lines.at(-1)).toMatchObject({
      event: "summary",
      exitCode: 0,
      clusters: [{ name: "west", state: "removed", deleted: 5 }],
    });
    const left = world.servers["west"]?.store.list({ apiVersion: "coordination.k8s.io/v1", kind: "Lease" }, undefined);
    expect(left).toEqual([]);
  });
});

describe("--events-to", () => {
  it("appends the lines to a file of its own, beside what is printed", async () => {
    const first = await world.run("apply --yes --events-to events.jsonl");
    const file = path.join(world.folder, "events.jsonl");
    expect(first.out).toContain("√ west");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const second = await world.run("apply --yes -o jsonl --events-to events.jsonl");
    const text = await readFile(file, "utf8");
    expect(eventLinesOf(text).filter((line) => line.event === "summary")).toHaveLength(2);
    expect(text.endsWith(second.out)).toBe(true);
    expectNoSecrets(text);
  });

  it("begins a new line after one that was cut", async () => {
    await writeFile(path.join(world.folder, "events.jsonl"), '{"event":"pl');
    await world.run("apply --yes --events-to events.jsonl");
    const [cut, plan] = (await readFile(path.join(world.folder, "events.jsonl"), "utf8")).split("\n");
    expect(cut).toBe('{"event":"pl');
    expect(JSON.parse(plan ?? "")).toMatchObject({ event: "plan" });
  });

  it.each([
    ["no/such/folder/events.jsonl", "no such file or directory"],
    ["/dev/full", "no space left on device"],
  ])("warns once about %s and goes on", async (file, reason) => {
    const ran = await world.run(`apply --yes --events-to ${file}`);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("√ west");
    expect(ran.err.match(/ISM063/g)).toHaveLength(1);
    expect(ran.err).toContain(reason);
  });
});
