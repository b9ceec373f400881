import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import { startFakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import { readClaim } from "../../src/core/front-door/owner-records.ts";
import { bind } from "../dns-servers/bind.ts";
import type { RunningServer } from "../dns-servers/dns-server.ts";
import { startServer } from "../dns-servers/dns-server.ts";
import { transferZone } from "../dns-servers/transfer.ts";

const hosts = Array.from({ length: 12 }, (_, index) => `n${index}.example.test`);

type Spec = Record<string, unknown> & { services: { routes: Record<string, unknown>[] }[] };

let dns: RunningServer;
let world: FakeClusters;
/** What stands between the program and BIND, and may fail with a change of its choice. */
let between: Server;
let count = 0;
/** Called with each change before BIND gets it, and with the number of changes before it. */
let onChange: ((before: number, client: Socket, server: Socket) => void) | undefined;
const sockets = new Set<Socket>();

beforeAll(async () => {
  dns = await startServer(bind);
  between = createServer(forward).listen(0, "127.0.0.1");
  world = await startFakeClusters(["west", "east"], { living: true });
  setAddresses("192.0.2.1", "192.0.2.2");
  await settings({});
  const applied = await world.run("apply --yes");
  if (applied.code !== 0) {
    throw new Error(applied.err);
  }
}, 300_000);

afterAll(async () => {
  sockets.forEach((one) => one.destroy());
  between.close();
  await world.close();
  await dns.stop();
});

afterEach(async () => {
  onChange = undefined;
  cut = undefined;
  vi.restoreAllMocks();
  await dns.end("SIGCONT");
});

function forward(client: Socket): void {
  const server = connect(dns.port, "127.0.0.1");
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    sockets.add(one);
    one.on("error", () => other.destroy());
    one.on("close", () => {
      sockets.delete(one);
      other.destroy();
    });
  }
  let changes = 0;
  client.on("data", (data: Buffer) => {
    // A message begins with its length; the code of an UPDATE is 5 (RFC 2136, 2.2).
    if (data.length > 4 && ((data[4] ?? 0) & 0x78) >> 3 === 5) {
      onChange?.(seen++, client, server);
      changes += 1;
    }
    server.write(data);
  });
  server.on("data", (data: Buffer) => {
    if (cut !== undefined && changes > 0 && cut-- === 0) {
      client.end(data.subarray(0, 20));
    } else {
      client.write(data);
    }
  });
}

let seen = 0;
/** After how many answers to changes one is cut off in its middle. */
let cut: number | undefined;

function setAddresses(west: string, east: string): void {
  for (const [cluster, ip] of Object.entries({ west, east })) {
    world.servers[cluster]?.store.put(
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "istio-ingressgateway", namespace: "istio-system" },
        spec: { type: "LoadBalancer" },
        status: { loadBalancer: { ingress: [{ ip }] } },
      },
      { store: true },
    );
  }
}

/** Other addresses than before, which a sync has to write. */
function nextAddresses(): readonly [string, string] {
  count += 1;
  const both = [`198.51.100.${count}`, `203.0.113.${count}`] as const;
  setAddresses(...both);
  return both;
}

/** The mesh file with this instead of what is right. */
async function settings({
  zone = "example.test",
  key = "full",
  secret = dns.secrets.full,
}: {
  readonly zone?: string;
  readonly key?: string;
  readonly secret?: string;
}): Promise<void> {
  await writeFile(path.join(world.folder, "tsig.key"), secret, { mode: 0o600 });
  const file = path.join(world.folder, "mesh.yaml");
  const mesh = parse(await readFile(file, "utf8")) as { spec: Spec };
  const tsig = { name: key, secret: { file: "tsig.key" } };
  const { port } = between.address() as AddressInfo;
  mesh.spec["dns"] = { zone, provider: { rfc2136: { server: "127.0.0.1", port, tsig } }, ttl: "30s" };
  for (const route of mesh.spec.services.flatMap(({ routes }) => routes)) {
    Object.assign(route, { hosts: hosts.map((host) => host.replace("example.test", zone)), dns: { via: "isthmus" } });
  }
  await writeFile(file, stringify(mesh, { aliasDuplicateObjects: false }));
}

/** The addresses of each name, sorted; throws where they are not those that its owners claim. */
async function published(): Promise<readonly string[]> {
  const sets = await transferZone(dns.port, "example.test");
  return hosts.map((host) => {
    const addresses = (sets.get(`A ${host}`) ?? []).toSorted().join(" ");
    const claims = ["west", "east"].flatMap((cluster) => sets.get(`TXT ${cluster}._isthmus.${host}`) ?? []);
    expect(
      claims
        .flatMap((value) => readClaim(value)?.addresses ?? [])
        .toSorted()
        .join(" "),
    ).toBe(addresses);
    return addresses;
  });
}

const ofAll = (addresses: readonly string[]): readonly string[] => hosts.map(() => addresses.toSorted().join(" "));

async function expectNextRunConverges(addresses: readonly string[]): Promise<void> {
  const { code, err } = await world.run("dns sync --yes");
  expect([code, err]).toEqual([0, expect.not.stringContaining("error[")]);
  expect(await published()).toEqual(ofAll(addresses));
}

describe("a sync of names", () => {
  it("whose server loses its power in the middle leaves each name whole, old or new, and the next one converges", async () => {
    const [before] = await published();
    const after = nextAddresses();
    let restarted: Promise<void> | undefined;
    const start = seen;
    onChange = (nth) => {
      if (nth - start >= 4) {
        restarted ??= dns.restart();
      }
    };
    const ran = await world.run("dns sync --yes");
    await restarted;
    expect(restarted).toBeDefined();
    const whole = [before, after.toSorted().join(" ")];
    expect((await published()).filter((addresses) => !whole.includes(addresses))).toEqual([]);
    // What was not written is told, name by name.
    const unwritten = (await published()).flatMap((addresses, index) => (addresses === before ? [hosts[index]] : []));
    const told = [...ran.err.matchAll(/^(n\d+\.example\.test) (was not|may not)/gm)];
    expect(told.flatMap(([, host, how]) => (how === "was not" ? [host] : []))).toEqual(unwritten);
    expect(ran.code === 0).toBe(told.length === 0);
    await expectNextRunConverges(after);
  });

  it("whose server stops answering says so for as long as it does, and what it does later undoes nothing", async () => {
    const after = nextAddresses();
    await dns.end("SIGSTOP");
    const ran = await world.run("dns sync --yes");
    await dns.end("SIGCONT");
    expect(ran.code).not.toBe(0);
    expect(ran.err).toMatch(/ISM63[01]/);
    expect(ran.err).toContain("no whole answer within");
    await expectNextRunConverges(after);
  });

  it("that gets half of an answer to a change looks again, and is done", async () => {
    const after = nextAddresses();
    cut = 3;
    const ran = await world.run("dns sync --yes");
    expect(cut).toBeLessThan(0);
    expect([ran.code, ran.err]).toEqual([0, expect.not.stringContaining("error[")]);
    expect(await published()).toEqual(ofAll(after));
  });

  it("at the same time as one of another machine, each of which sees another cluster, loses neither's addresses", async () => {
    const after = nextAddresses();
    const text = await readFile(path.join(world.folder, "kubeconfig"), "utf8");
    const sees = async (name: string, other: string): Promise<{ readonly env: { readonly KUBECONFIG: string } }> => {
      const KUBECONFIG = path.join(world.folder, `kubeconfig-${name}`);
      await writeFile(KUBECONFIG, text.replace(world.servers[other]?.url ?? "-", "http://127.0.0.1:9"));
      return { env: { KUBECONFIG } };
    };
    const machines = [await sees("west", "east"), await sees("east", "west")];
    const ran = await Promise.all(machines.map(async (one) => world.run("dns sync --yes", one)));
    // Each says that a cluster was away.
    expect(ran.map(({ code }) => code)).toEqual([4, 4]);
    expect(await published()).toEqual(ofAll(after));
    await expectNextRunConverges(after);
  });

  it.each([
    ["a key that the server does not have", { key: "nope" }, /ISM632|does not accept/, "no key nope"],
    ["the secret of another key", { secret: "nogrant" as const }, /ISM632|does not accept/, "with another secret"],
    ["a key that may not make the change", { key: "nogrant", secret: "nogrant" as const }, /ISM642/, "REFUSED"],
    ["a zone that is not there", { zone: "other.test" }, /ISM634|ISM642/, "other.test"],
  ])("with %s says so and changes nothing, and the next one converges", async (_what, wrong, code, words) => {
    const before = await published();
    const after = nextAddresses();
    await settings({ ...wrong, ...("secret" in wrong ? { secret: dns.secrets[wrong.secret] } : {}) });
    const { code: ended, err } = await world.run("dns sync --yes");
    expect(ended).not.toBe(0);
    expect(err).toMatch(code);
    expect(err.replaceAll(/\s+/g, " ")).toContain(words);
    expect(await published()).toEqual(before);
    await settings({});
    await expectNextRunConverges(after);
  });

  it.each([
    ["ahead", 600_000],
    ["behind", -600_000],
  ])("by a machine whose clock is ten minutes %s names both clocks, and changes nothing", async (words, offMs) => {
    const before = await published();
    const after = nextAddresses();
    const right = Date.now.bind(Date);
    const clock = vi.spyOn(Date, "now").mockImplementation(() => right() + offMs);
    const ran = await world.run("dns sync --yes");
    clock.mockRestore();
    expect(ran.code).not.toBe(0);
    expect(ran.err.replaceAll(/\s+/g, " ")).toMatch(
      new RegExp(`the clocks differ, that of this machine is (?:599|60\\d) s ${words}`),
    );
    expect(await published()).toEqual(before);
    await expectNextRunConverges(after);
  });
});
