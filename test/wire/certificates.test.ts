import { Buffer } from "node:buffer";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import { startFakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import { inspectFrontDoor } from "../../src/pki/front-door-certificate.ts";
import { ensureGoPart } from "../../src/sandbox/front-door/ensure-go-part.ts";
import { bind } from "../dns-servers/bind.ts";
import type { RunningServer } from "../dns-servers/dns-server.ts";
import { startServer } from "../dns-servers/dns-server.ts";
import type { Pebble } from "../dns-servers/pebble.ts";
import { startPebble } from "../dns-servers/pebble.ts";

const signal = new AbortController().signal;
let dns: RunningServer;
let pebble: Pebble;
let world: FakeClusters;

beforeAll(async () => {
  const made = await ensureGoPart("pebble", { env: process.env, signal, onProgress: () => {} });
  dns = await startServer(bind);
  pebble = await startPebble({
    pebble: made.programs["pebble"] ?? "",
    dns: `127.0.0.1:${dns.port}`,
    profiles: { default: 90 * 86_400, shortlived: 6 * 86_400, minutes: 600 },
  });
  world = await startFakeClusters(["west", "east"], { living: true });
  await writeFile(path.join(world.folder, "acme-ca.pem"), pebble.ca);
  await writeFile(path.join(world.folder, "tsig.key"), dns.secrets.full, { mode: 0o600 });
  await edit((spec) => {
    spec["dns"] = {
      zone: "example.test",
      provider: {
        rfc2136: {
          server: "127.0.0.1",
          port: dns.port,
          tsig: { name: "full", algorithm: "hmac-sha256", secret: { file: "tsig.key" } },
        },
      },
    };
    issuerOf(spec, {});
    routeOf(spec, { hosts: ["example.test", "*.example.test"], tls: { secretName: "front", issuer: "public" } });
  });
});

afterAll(async () => {
  await world.close();
  await pebble.stop();
  await dns.stop();
});

type Spec = Record<string, unknown>;

async function edit(change: (spec: Spec) => void): Promise<void> {
  const file = path.join(world.folder, "mesh.yaml");
  const mesh = parse(await readFile(file, "utf8")) as { readonly spec: Spec };
  change(mesh.spec);
  await writeFile(file, stringify(mesh));
}

function issuerOf(spec: Spec, settings: object): void {
  spec["issuers"] = [
    { name: "public", isthmus: { server: pebble.server, caFile: "acme-ca.pem", profile: "default", ...settings } },
  ];
}

function routeOf(spec: Spec, change: object): void {
  const [service] = spec["services"] as { readonly routes: object[] }[];
  Object.assign(service?.routes[0] ?? {}, change);
}

const reference = { apiVersion: "v1", kind: "Secret" };

function secretOf(cluster: string) {
  return world.servers[cluster]?.store.find(reference, "istio-system", "front");
}

/** The certificate that a cluster holds; undefined where it has none. */
function heldBy(cluster: string) {
  const data = secretOf(cluster)?.["data"] as Readonly<Record<string, string>> | undefined;
  const text = (key: string): string => Buffer.from(data?.[key] ?? "", "base64").toString("utf8");
  return inspectFrontDoor(text("tls.crt"), new Secret(text("tls.key")));
}

function orders(): number {
  return pebble.log().split("Added order ").length - 1;
}

async function apply(more = ""): Promise<string> {
  const { code, out, err } = await world.run(`apply --yes ${more}`);
  expect(`${code} ${err}`).toMatch(/^0 /);
  return out + err;
}

it("is shown by a plan, with why, before anybody is asked for it", async () => {
  const { out, err, code } = await world.run("plan");
  expect(code).toBe(0);
  // spec.dns is used, though no route publishes its name through it.
  expect(err).not.toContain("ISM533");
  expect(out).toContain(
    "+ order front from public for *.example.test, example.test\n      no cluster that answers holds one",
  );
  expect(orders()).toBe(0);
  const { certificates } = JSON.parse((await world.run("plan -o json")).out) as { readonly certificates: unknown };
  expect(certificates).toEqual([
    {
      name: "front",
      secretName: "front",
      issuer: "public",
      names: ["*.example.test", "example.test"],
      action: "order",
      reason: "no cluster that answers holds one",
    },
  ]);
});

it("is one order for all clusters, which hold the same one", async () => {
  await apply();
  expect(orders()).toBe(1);
  const [west, east] = [heldBy("west"), heldBy("east")];
  expect(west).toMatchObject({ names: ["*.example.test", "example.test"], flaw: undefined });
  expect(east).toEqual(west);
  expect(secretOf("west")?.metadata.annotations).toMatchObject({
    "isthmus.dev/acme-server": pebble.server,
    "isthmus.dev/acme-profile": "default",
  });
});

it("is not ordered again by an apply, also not by somebody without the data folder", async () => {
  const before = heldBy("west");
  await apply();
  const [file = ""] = await readdir(path.join(world.env["ISTHMUS_DATA_DIR"] ?? "", "acme", "prod"));
  expect(file).toMatch(/^localhost-[0-9a-f]{8}\.pem$/);
  await rm(path.join(world.env["ISTHMUS_DATA_DIR"] ?? "", "acme"), { recursive: true });
  await apply();
  expect(orders()).toBe(1);
  expect(heldBy("west")).toEqual(before);
});

it("is put into a cluster that has lost it, without an order", async () => {
  const secret = secretOf("east");
  const { store } = world.servers["east"] ?? {};
  if (secret === undefined || store === undefined) {
    throw new Error("east has the Secret");
  }
  store.remove(secret);
  const { out } = await world.run("plan");
  expect(out).toContain("~ place front in all clusters\n      west holds a valid one; east: it holds none");
  await apply();
  expect(orders()).toBe(1);
  expect(heldBy("east")).toEqual(heldBy("west"));
});

it("is shown by certs status, for people and for scripts", async () => {
  const { out, code } = await world.run("certs status");
  expect(code).toBe(0);
  expect(out).toMatch(/FRONT DOOR +NAMES +ISSUER +CLUSTER +SERIAL +ENDS +RENEWS/);
  expect(out).toMatch(/front +\*\.example\.test, example\.test +public +west +[0-9A-F]+ +in 89 d +from 20\d\d-/);
  const document = JSON.parse((await world.run("certs status -o json")).out) as {
    readonly kind: string;
    readonly authorities: readonly { readonly cluster: string }[];
    readonly frontDoors: readonly { readonly held: readonly { readonly serial: string }[]; readonly next: object }[];
  };
  expect(document.kind).toBe("CertsStatus");
  expect(document.authorities.map(({ cluster }) => cluster)).toEqual(["west", "east"]);
  expect(document.frontDoors[0]?.held.map(({ serial }) => serial)).toEqual([
    heldBy("west")?.serial,
    heldBy("west")?.serial,
  ]);
  expect(document.frontDoors[0]?.next).toMatchObject({ action: "keep" });
});

it("is not ordered where a cluster that may hold one does not say so", async () => {
  const { store } = world.servers["west"] ?? {};
  const secret = secretOf("west");
  if (store === undefined || secret === undefined) {
    throw new Error("west has the Secret");
  }
  store.remove(secret);
  const matches = ({ method, url }: { readonly method: string; readonly url: string }): boolean =>
    method === "GET" && url.includes("/secrets/front");
  world.servers["east"]?.inject({ kind: "status", status: 403 }, { matches, times: 99 });
  const plan = await world.run("plan --continue");
  expect(plan.out).toContain("? front is not ordered\n      east has not said what it holds");
  const { code, err } = await world.run("apply --yes --continue");
  expect([1, 4]).toContain(code);
  expect(err).toContain("east");
  expect(orders()).toBe(1);
  const { out } = await world.run("certs status");
  expect(out).toMatch(/east +\? not known/);
  world.servers["east"]?.mend();
  await apply();
  expect(orders()).toBe(1);
  expect(heldBy("west")).toEqual(heldBy("east"));
});

it("is ordered anew when names or the kind of key change, once", async () => {
  const before = heldBy("west")?.serial;
  await edit((spec) => routeOf(spec, { hosts: ["example.test", "*.b.example.test"] }));
  await apply();
  expect(orders()).toBe(2);
  expect(heldBy("east")).toMatchObject({ names: ["*.b.example.test", "example.test"] });
  expect(heldBy("east")?.serial).not.toBe(before);
  await edit((spec) => issuerOf(spec, { keyType: "rsa-2048" }));
  await apply();
  expect([orders(), heldBy("west")?.keyType, heldBy("east")?.serial]).toEqual([3, "rsa-2048", heldBy("west")?.serial]);
});

it("goes into the clusters that answer while one is away, and the same one into that later", async () => {
  await edit((spec) => issuerOf(spec, { keyType: "ecdsa-p256" }));
  const { code } = await world.run("apply --yes --cluster west");
  expect(code).toBe(0);
  expect([orders(), heldBy("west")?.keyType, heldBy("east")?.keyType]).toEqual([4, "ecdsa-p256", "rsa-2048"]);
  await apply();
  expect(orders()).toBe(4);
  expect(heldBy("east")).toEqual(heldBy("west"));
});

it("is renewed by certs renew where that is asked for, and by no other word than its name", async () => {
  const idle = await world.run("certs renew --yes");
  expect([idle.code, orders()]).toEqual([0, 4]);
  expect(idle.out).toContain("Nothing is due.\n  = front: it is valid and as the mesh file asks; to be renewed from ");
  const other = await world.run("certs renew back --yes");
  expect([other.code, other.err]).toEqual([64, expect.stringContaining("Use one of them: front.")]);
  const unasked = await world.run("certs renew --force");
  expect([unasked.code, orders()]).toEqual([64, 4]);
  const before = heldBy("west")?.serial;
  const { code, out } = await world.run("certs renew front --force --yes");
  expect([code, out]).toEqual([0, expect.stringContaining("√ front in west\n√ front in east")]);
  expect(orders()).toBe(5);
  expect(heldBy("west")?.serial).not.toBe(before);
  expect(heldBy("east")).toEqual(heldBy("west"));
  // What it has written is as an apply would write it.
  expect((await world.run("plan --detailed-exitcode")).code).toBe(0);
});

it("is not called done where the order fails, in no cluster", async () => {
  const before = heldBy("west")?.serial;
  await writeFile(path.join(world.folder, "tsig.key"), dns.secrets.nogrant, { mode: 0o600 });
  const { code, out, err } = await world.run("certs renew front --force --yes -o jsonl");
  await writeFile(path.join(world.folder, "tsig.key"), dns.secrets.full, { mode: 0o600 });
  const events = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string; subject?: string; diagnostic?: { code: string } })
    .filter(({ event }) => event === "task.done" || event === "task.failed");
  expect(events.map(({ event, subject, diagnostic }) => `${subject} ${event} ${diagnostic?.code}`).toSorted()).toEqual([
    "east task.failed ISM658",
    "west task.failed ISM658",
  ]);
  expect([code, err.replaceAll(/\s+/g, " ").split("All clusters go on with the one").length - 1]).toEqual([1, 1]);
  expect([heldBy("west")?.serial, heldBy("east")?.serial]).toEqual([before, before]);
  const shown = await world.run("certs renew front --force --yes --timeout 1ms");
  expect(shown.out).toContain("× front in west  not renewed, has what it had\n× front in east  not renewed");
});

it("is renewed when it is due, and stays where the authority does not give another one", async () => {
  // Ten minutes of life, less a second, of which the first one is over before the next apply.
  const placed = orders();
  await edit((spec) => issuerOf(spec, { profile: "minutes", renewBefore: "598s" }));
  await apply();
  expect(orders()).toBe(placed + 1);
  const { serial: before, notAfter = 0 } = heldBy("west") ?? {};
  await pause(Math.max(0, notAfter - 597_500 - Date.now()));
  const { code, err } = await world.run("apply --yes");
  expect(`${code} ${err}`).toMatch(/^0 /);
  expect(orders()).toBe(placed + 2);
  expect(heldBy("west")?.serial).not.toBe(before);
  expect(heldBy("east")).toEqual(heldBy("west"));
});

it("leaves with remove, and the account's key stays", async () => {
  const { code, out } = await world.run("remove --yes");
  expect(code).toBe(0);
  expect(out).toMatch(/acme\/prod\/localhost-[0-9a-f]{8}\.pem stays: it is the key of an ACME account/);
  expect([secretOf("west"), secretOf("east")]).toEqual([undefined, undefined]);
  expect(await readdir(path.join(world.env["ISTHMUS_DATA_DIR"] ?? "", "acme", "prod"))).toHaveLength(1);
});
