import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keyOf, makeCertificate } from "../../src/pki/testing/make-certificate.ts";
import { dropPackets, passPackets } from "../e2e/node-processes.ts";
import { addressesOf, startDns, stopDns, until, writePublished } from "../e2e/published-name.ts";
import { untilProbed, untilUnprobed } from "../e2e/watch-probes.ts";
import { freshFolder, isthmus, kubectl, startIsthmus } from "../e2e/world.ts";

const secretName = "published-name";
let file = "";

beforeAll(startDns, 300_000);

afterAll(async () => {
  await passPackets("east").catch(() => undefined);
  await stopDns(file);
  await onBoth(["-n", "istio-system", "delete", "secret", secretName, "--ignore-not-found"]);
});

async function onBoth(args: readonly string[]): Promise<void> {
  for (const { code, err } of await Promise.all(["west", "east"].map(async (one) => kubectl(one, args)))) {
    if (code !== 0) {
      throw new Error(err);
    }
  }
}

async function inWest(args: readonly string[]): Promise<string> {
  return (await kubectl("west", args)).out;
}

/** Puts a certificate for the name, which nobody has to trust, where both ingress gateways look for it. */
async function putSecret(): Promise<void> {
  const made = await makeCertificate({ name: "app.example.test", ca: false, hosts: ["app.example.test"] });
  const written = path.join(freshFolder(), "secret.json");
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: secretName, namespace: "istio-system" },
    type: "kubernetes.io/tls",
    stringData: { "tls.crt": made.pem, "tls.key": (await keyOf(made)).expose() },
  };
  writeFileSync(written, JSON.stringify(secret), { mode: 0o600 });
  await onBoth(["apply", "-f", written]);
}

describe.each([
  { of: "plain", tls: "" },
  { of: "TLS", tls: `tls: { secretName: ${secretName} }` },
])("a $of name", ({ tls }) => {
  beforeAll(async () => {
    if (tls !== "") {
      await putSecret();
    }
    file = writePublished((text) => text.replace(/^( +)(dns: \{ via: isthmus \})$/m, `$1$2\n$1${tls}`));
    const applied = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
    if (applied.code !== 0) {
      throw new Error(applied.err);
    }
    // Whoever is cut off is not asked for its address any more.
    await addressesOf("west", "east");
  }, 300_000);

  it("loses a cluster that is cut off within 15 seconds, and has it again when it answers", async () => {
    const watch = startIsthmus(["dns", "sync", "-f", file, "--watch", "--yes", "-o", "jsonl"]);
    await untilProbed(inWest);
    await dropPackets("east");
    const tookMs = await until(await addressesOf("west"), 15_000).catch(async (error: unknown) => {
      const { out, err } = await watch.end("SIGINT");
      throw new Error(`${String(error)}\n${out}\n${err}`, { cause: error });
    });
    expect(tookMs).toBeLessThan(15_000);
    await passPackets("east");
    await until(await addressesOf("west", "east"), 30_000);
    const ended = await watch.end("SIGINT");
    const events = ended.out
      .split("\n")
      .filter((line) => line.includes('"event":"address"'))
      .map((line) => JSON.parse(line) as { cluster: string; state: string; failedFrom: readonly string[] });
    expect(events.map(({ cluster, state }) => `${cluster} ${state}`)).toEqual(["east down", "east up"]);
    expect(events[0]?.failedFrom.toSorted()).toEqual(["this machine", "west"]);
    expect(ended.code).toBe(130);
    await untilUnprobed(inWest);
  });
});
