import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { FrontDoorNodeConfig } from "../cluster/node-config.ts";
import { frontDoorFolder } from "./front-door-folder.ts";
import { prepareFrontDoor } from "./prepare-front-door.ts";

let sandbox = "";

beforeEach(async () => {
  sandbox = await mkdtemp(path.join(tmpdir(), "isthmus-door-"));
});

afterEach(async () => {
  await rm(sandbox, { recursive: true, force: true });
});

function config(): FrontDoorNodeConfig {
  return {
    version: 1,
    role: "front-door",
    instance: "try",
    cluster: "front-door",
    nodeAddress: "172.30.0.9",
    cgroup: "isthmus-try.front-door",
    engine: {} as FrontDoorNodeConfig["engine"],
    sandbox,
    named: ["named"],
    pebble: "pebble",
    reads: [],
  };
}

it("makes a zone that the key alone may change, and an ACME server that is trusted by the sandbox's own authority", async () => {
  await prepareFrontDoor(config(), new Date());
  const files = frontDoorFolder(sandbox);
  const secret = (await readFile(files.tsigFile, "utf8")).trim();
  expect(Buffer.from(secret, "base64")).toHaveLength(32);
  const named = await readFile(files.namedConfig, "utf8");
  expect(named).toContain(`secret "${secret}";`);
  expect(named).toContain("update-policy { grant isthmus zonesub ANY; };");
  expect(await readFile(files.zoneFile, "utf8")).toContain("acme IN A 172.30.0.9");
  const [ca, own] = [files.caFile, files.serverCertificate].map(
    async (file) => new X509Certificate(await readFile(file)),
  );
  const [authority, server] = [await ca, await own];
  expect(authority === undefined ? false : server?.verify(authority.publicKey)).toBe(true);
  expect(server?.checkIP("172.30.0.9")).toBe("172.30.0.9");
  expect(server?.checkHost("acme.example.test")).toBe("acme.example.test");
  // Pebble takes a profile at random where there are several.
  const pebble = JSON.parse(await readFile(files.pebbleConfig, "utf8")) as { pebble: { profiles: object } };
  expect(Object.keys(pebble.pebble.profiles)).toEqual(["default"]);
  for (const file of [files.tsigFile, files.namedConfig, files.serverKey]) {
    expect((await stat(file)).mode & 0o077).toBe(0);
  }
});

it("keeps key, certificate and the zone that BIND has changed when the node is started again", async () => {
  await prepareFrontDoor(config(), new Date());
  const files = frontDoorFolder(sandbox);
  const kept = [files.tsigFile, files.serverCertificate, files.zoneFile];
  await writeFile(files.zoneFile, "changed by BIND\n");
  const before = await Promise.all(kept.map(async (file) => readFile(file, "utf8")));
  await prepareFrontDoor(config(), new Date());
  expect(await Promise.all(kept.map(async (file) => readFile(file, "utf8")))).toEqual(before);
});
