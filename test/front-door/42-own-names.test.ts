import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import type { DnsRecord, DnsUpdate } from "../../src/core/front-door/dns-records.ts";
import { claimValues, indexName, ownerName, ownerValue } from "../../src/core/front-door/owner-records.ts";
import { txtValue } from "../../src/core/front-door/txt-value.ts";
import type { DnsZone } from "../../src/providers/dns/dns-provider.ts";
import { openDnsZone } from "../../src/providers/dns/open-dns-zone.ts";
import { freshFolder, isthmus } from "../e2e/world.ts";
import type { CheckReport, FoundCause } from "../faults/mesh.ts";
import { runFix } from "../faults/run-fix.ts";
import {
  addressesOf,
  doorKubectl,
  frontDoorWorld,
  ingressOf,
  writeDoorMesh,
  type FrontDoorWorld,
} from "./front-door-world.ts";

const name = "own.example.test";
const mesh = "sandbox";
const route = {
  name: "own",
  gateway: "own",
  hosts: [name],
  match: { exact: "/hello" },
  dns: { via: "isthmus" },
  weights: { v1: 50, v2: 50 },
};

let world: FrontDoorWorld;
let file = "";
let zone: DnsZone;
let both: readonly string[] = [];

beforeAll(async () => {
  world = await frontDoorWorld();
  const { dns } = world.frontDoor;
  const secret = new Secret(readFileSync(dns.tsig.secretFile, "utf8").trim());
  const tsig = { name: "isthmus", algorithm: "hmac-sha256", secret };
  zone = openDnsZone({ kind: "rfc2136", zone: dns.zone, server: dns.server, port: 53, tsig });
  file = writeDoorMesh(world, freshFolder(), { issuers: [], routes: [route] });
  await apply("--prune");
  both = (await Promise.all(["west", "east"].map(async (one) => ingressOf(world, one)))).toSorted();
  await expectHealed();
});

async function apply(...more: readonly string[]): Promise<void> {
  const applied = await isthmus(["apply", "-f", file, "--yes", "--force-conflicts", ...more]);
  if (applied.code !== 0) {
    throw new Error(applied.err);
  }
}

/** Changes records as somebody with the key may. */
async function write(change: Partial<DnsUpdate>): Promise<void> {
  const update = { prerequisites: [], deletes: [], adds: [], ...change };
  expect(await zone.update(update, AbortSignal.timeout(60_000))).toBe("done");
}

function record(at: string, type: DnsRecord["type"], value: string): DnsRecord {
  return { name: at, type, value, ttlSeconds: 5 };
}

/** The owner records of a cluster's address. */
function owned(cluster: string, address: string): readonly DnsRecord[] {
  const claims = claimValues({ mesh, cluster, addresses: [address] });
  return [
    ...claims.map((value) => record(ownerName(cluster, name), "TXT", value)),
    record(indexName(name), "TXT", ownerValue({ mesh, cluster })),
  ];
}

async function causes(): Promise<readonly FoundCause[]> {
  return (JSON.parse((await isthmus(["check", "-f", file, "-o", "json"])).out) as CheckReport).causes;
}

/** The cause, once it is the only one. */
async function found(code: string): Promise<FoundCause> {
  return vi.waitFor(
    async () => {
      const all = await causes();
      expect(all.map((one) => one.code)).toEqual([code]);
      return all[0] as FoundCause;
    },
    { timeout: 180_000, interval: 1000 },
  );
}

async function expectHealed(): Promise<void> {
  await vi.waitFor(async () => expect((await causes()).map(({ code, detail }) => `${code} ${detail}`)).toEqual([]), {
    timeout: 180_000,
    interval: 1000,
  });
  expect(await addressesOf(world, name)).toEqual(both);
}

/** Runs the `isthmus dns sync` that stands in the words of a fix, as it is printed. */
async function runSync({ fix = "" }: FoundCause): Promise<void> {
  const [command = ""] = /isthmus dns sync(?: -f \S+)? --adopt/.exec(fix) ?? [];
  const ran = await isthmus([...command.split(" ").slice(1), "--yes"]);
  expect(`${ran.code} ${ran.err}`).toMatch(/^0/);
}

describe("records that somebody has changed", () => {
  it("lack an address that a sync brings back", async () => {
    await write({ deletes: [record(name, "A", both[0] ?? "")] });
    const cause = await found("ISM646");
    expect(cause.detail).toContain(`${both[0]} of `);
    expect(cause.detail).toContain("is missing");
    await runFix(cause);
    await expectHealed();
  });

  it("have an address of a cluster that has left the mesh, which a sync takes out", async () => {
    await write({ adds: [record(name, "A", "192.0.2.77"), ...owned("north", "192.0.2.77")] });
    const cause = await found("ISM645");
    expect(cause.detail).toContain("192.0.2.77 of north");
    await runFix(cause);
    await expectHealed();
  });

  it("say no more whose they are, and are taken over where that is asked for, not before", async () => {
    const [west, east] = await Promise.all(["west", "east"].map(async (one) => ingressOf(world, one)));
    await write({ deletes: [...owned("west", west ?? ""), ...owned("east", east ?? "")] });
    const cause = await found("ISM643");
    expect(cause.detail).toContain("no owner record says that isthmus wrote them");
    const refused = await isthmus(["dns", "sync", "-f", file, "--yes"]);
    expect(refused.code).not.toBe(0);
    expect(await addressesOf(world, name)).toEqual(both);
    await runSync(cause);
    await expectHealed();
  });

  it("belong to an external-dns until its owner record is gone", async () => {
    const value = txtValue("heritage=external-dns,external-dns/owner=team,external-dns/resource=gateway/x/y");
    const owner = record(`a.${name}`, "TXT", value);
    await write({ adds: [owner] });
    const cause = await found("ISM643");
    expect(cause.detail).toContain(`(owner team, by the TXT record a.${name})`);
    expect(cause.fix).toContain(`delete the TXT record a.${name}`);
    await write({ deletes: [owner] });
    await runSync(cause);
    await expectHealed();
  });
});

it("a key that the zone's server does not take is named, and what the name has stays", async () => {
  const text = readFileSync(file, "utf8");
  const key = `${freshFolder()}/tsig.key`;
  writeFileSync(key, Buffer.from("some other secret of this length").toString("base64"), { mode: 0o600 });
  writeFileSync(file, text.replace(world.frontDoor.dns.tsig.secretFile, key));
  try {
    const cause = await found("ISM643");
    expect(cause.detail).toContain("with another secret");
  } finally {
    writeFileSync(file, text);
  }
  await expectHealed();
});

it("records that are left of a name which no route publishes any more go by what the fix says", async () => {
  const text = readFileSync(file, "utf8");
  const next = `next-${name}`;
  writeFileSync(file, text.replaceAll(name, next));
  try {
    await apply();
    const cause = await found("ISM647");
    expect(cause.detail).toContain(`${name} has records that isthmus wrote`);
    expect(await addressesOf(world, name)).toEqual(both);
    await runFix(cause);
    expect([await addressesOf(world, name), await addressesOf(world, next)]).toEqual([[], both]);
    expect(await causes()).toEqual([]);
  } finally {
    writeFileSync(file, text);
    await apply("--prune");
  }
  await expectHealed();
});

it("a name that leads to an ingress without pods is left by its address, and has it again later", async () => {
  const scale = async (replicas: number): Promise<string> =>
    doorKubectl(world, "east", [
      "-n",
      "istio-system",
      "scale",
      "deployment/istio-ingressgateway",
      `--replicas=${replicas}`,
    ]);
  await scale(0);
  try {
    const [cause, told] = await vi.waitFor(
      async () => {
        const [first] = await causes();
        const one = first?.consequences.find(({ code }) => code === "ISM648");
        expect([first?.cluster, one?.code]).toEqual(["east", "ISM648"]);
        return [first, one] as const;
      },
      { timeout: 180_000, interval: 1000 },
    );
    expect(told?.detail).toContain(`${name} leads clients to ${await ingressOf(world, "east")} of east`);
    await runFix(cause);
  } finally {
    await scale(1);
  }
  await expectHealed();
});
