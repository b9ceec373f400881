import type { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { parse, stringify } from "yaml";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ensureGoPart } from "../../src/sandbox/front-door/ensure-go-part.ts";
import { bind } from "../dns-servers/bind.ts";
import type { RunningServer } from "../dns-servers/dns-server.ts";
import { startServer } from "../dns-servers/dns-server.ts";
import type { Pebble } from "../dns-servers/pebble.ts";
import { startPebble } from "../dns-servers/pebble.ts";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";

const host = "shop.example.test";
let dns: RunningServer;
let pebble: Pebble;
let root = "";
let file = "";
let keyType = "ecdsa-p256";
const addresses: Record<string, string> = {};

beforeAll(async () => {
  const signal = AbortSignal.timeout(240_000);
  const made = await ensureGoPart("pebble", { env: process.env, signal, onProgress: () => {} });
  dns = await startServer(bind);
  pebble = await startPebble({ pebble: made.programs["pebble"] ?? "", dns: `127.0.0.1:${dns.port}` });
  root = await pebble.root();
  const folder = freshFolder();
  writeFileSync(path.join(folder, "acme-ca.pem"), pebble.ca);
  writeFileSync(path.join(folder, "tsig.key"), dns.secrets.full, { mode: 0o600 });
  file = writeMeshFile(folder, withFrontDoor);
  await apply();
  const jsonpath = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  for (const cluster of ["west", "east"]) {
    const service = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o", jsonpath];
    addresses[cluster] = (await kubectl(cluster, service)).out;
  }
});

afterAll(async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
  await pebble.stop();
  await dns.stop();
});

function withFrontDoor(text: string): string {
  const mesh = parse(text) as { readonly spec: Record<string, unknown> };
  const services = mesh.spec["services"] as { readonly routes: object[]; readonly versions: object }[];
  services[0]?.routes.push({
    name: "front",
    gateway: "front",
    hosts: [host],
    match: { exact: "/hello" },
    weights: { v1: 50, v2: 50 },
    tls: { secretName: "front", issuer: "own" },
  });
  mesh.spec["issuers"] = [
    { name: "own", isthmus: { server: pebble.server, caFile: "acme-ca.pem", profile: "default", keyType } },
  ];
  mesh.spec["dns"] = {
    zone: "example.test",
    provider: {
      rfc2136: {
        server: "127.0.0.1",
        port: dns.port,
        tsig: { name: "full", algorithm: "hmac-sha256", secret: { file: "tsig.key" } },
      },
    },
  };
  return stringify(mesh);
}

async function apply(): Promise<void> {
  const applied = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  if (applied.code !== 0) {
    throw new Error(applied.err);
  }
}

function orders(): number {
  return pebble.log().split("Added order ").length - 1;
}

interface Visit {
  readonly status: string;
  readonly serial: string;
  readonly key: string;
}

/** One new connection with a chain that is verified by Pebble's root and the name, and one request over it. */
async function visit(cluster: string): Promise<Visit> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: addresses[cluster] ?? "", port: 443, servername: host, ca: root, timeout: 10_000 });
    let said = "";
    let seen: X509Certificate | undefined;
    socket.once("error", reject);
    socket.once("timeout", () => socket.destroy(new Error("no answer within 10 s")));
    socket.once("secureConnect", () => {
      seen = socket.getPeerX509Certificate();
      socket.write(`GET /hello HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    });
    socket.on("data", (chunk: Buffer) => (said += chunk.toString("latin1")));
    socket.once("end", () => {
      socket.destroy();
      const status = /^HTTP\/1\.1 (\d+)/.exec(said)?.[1] ?? "none";
      resolve({ status, serial: seen?.serialNumber ?? "", key: seen?.publicKey.asymmetricKeyType ?? "" });
    });
  });
}

it("is one order for two clusters, whose ingresses show the same certificate by name", async () => {
  expect(orders()).toBe(1);
  const [west, east] = [await visit("west"), await visit("east")];
  expect(west).toEqual({ status: "200", serial: expect.stringMatching(/^[0-9A-F]+$/), key: "ec" });
  expect(east).toEqual(west);
});

/** Asks both ingresses 50 times a second each while `work` runs, until there were `wanted` new connections. */
async function visitsDuring(work: () => Promise<unknown>, wanted: number) {
  const failed: string[] = [];
  /** By cluster: serial → when it was seen first and last, in milliseconds. */
  const seen: Record<string, Map<string, { first: number; last: number }>> = { west: new Map(), east: new Map() };
  const open = new Set<Promise<void>>();
  const count = { sent: 0 };
  const ask = async (cluster: string): Promise<void> => {
    try {
      const { status, serial } = await visit(cluster);
      const at = performance.now();
      if (status !== "200") {
        failed.push(`${cluster}: ${status}`);
      }
      const known = seen[cluster]?.get(serial);
      seen[cluster]?.set(serial, { first: known?.first ?? at, last: at });
    } catch (error) {
      failed.push(`${cluster}: ${(error as Error).message}`);
    }
  };
  const timer = setInterval(() => {
    for (const cluster of ["west", "east"]) {
      count.sent += 1;
      const asked = ask(cluster).finally(() => open.delete(asked));
      open.add(asked);
    }
  }, 20);
  try {
    await work();
    while (count.sent < wanted) {
      await sleep(100);
    }
  } finally {
    clearInterval(timer);
  }
  await Promise.all(open);
  return { sent: count.sent, failed, seen };
}

it("renews and changes the key under 100 new connections a second, none of which fails, everywhere within 5 s", async () => {
  const before = orders();
  const { sent, failed, seen } = await visitsDuring(async () => {
    await sleep(5000);
    const renewed = await isthmus(["certs", "renew", "front", "--force", "-f", file, "--yes"]);
    expect(renewed.code).toBe(0);
    await sleep(5000);
    keyType = "rsa-2048";
    writeMeshFile(path.dirname(file), withFrontDoor);
    await apply();
    await sleep(5000);
    const again = await isthmus(["certs", "renew", "front", "--force", "-f", file, "--yes"]);
    expect(again.code).toBe(0);
  }, 10_000);
  expect(failed).toEqual([]);
  expect(sent).toBeGreaterThanOrEqual(10_000);
  expect(orders()).toBe(before + 3);
  const [west, east] = [[...(seen["west"] ?? [])], [...(seen["east"] ?? [])]];
  expect(west.map(([serial]) => serial)).toEqual(east.map(([serial]) => serial));
  expect(west).toHaveLength(4);
  for (const [index, [serial, { first }]] of west.entries()) {
    const other = east[index]?.[1];
    if (index > 0) {
      const apart = Math.abs(first - (other?.first ?? 0));
      process.stdout.write(`${serial}: shown first ${Math.round(apart)} ms apart\n`);
      expect(apart).toBeLessThan(5000);
    }
  }
  expect((await visit("west")).key).toBe("rsa");
});
