import { chmod, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import { startFakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import { proxiesOf, runEverywhere } from "../../src/cli/testing/fake-drain.ts";
import { endpointSlices } from "../../src/cli/testing/fake-service.ts";
import type { WireObject } from "../../src/kube/fake/fake-store.ts";
import { bind } from "../dns-servers/bind.ts";
import type { RunningServer } from "../dns-servers/dns-server.ts";
import { startServer } from "../dns-servers/dns-server.ts";

const name = "app.example.test";
const addresses: Readonly<Record<string, string>> = { west: "192.0.2.1", east: "192.0.2.2", north: "2001:db8::3" };

const clusters = Object.keys(addresses);
const policies = {
  apiVersion: "security.istio.io/v1beta1",
  kind: "PeerAuthentication",
  plural: "peerauthentications",
  namespaced: true,
} as const;

let dns: RunningServer;
let world: FakeClusters;
let counter = 0;
let host = name;

beforeAll(async () => {
  dns = await startServer(bind);
}, 300_000);

afterAll(async () => {
  await dns.stop();
});

/** Clusters whose ingress gateways have an address, and a mesh file that publishes a name of its own. */
beforeEach(async () => {
  counter += 1;
  host = `app${counter}.example.test`;
  world = await startFakeClusters(clusters, {
    living: true,
    kinds: [endpointSlices, policies],
    answer: (here, store, asked) =>
      asked.startsWith("/clusters")
        ? proxiesOf({ clusters, here, stubborn: false }, store, { active: 0, total: 10 })
        : undefined,
  });
  runEverywhere(world);
  for (const [cluster, address] of Object.entries(addresses)) {
    setAddress(cluster, address);
  }
  await writeFile(path.join(world.folder, "tsig.key"), dns.secrets.full, { mode: 0o600 });
  await edit((spec) => {
    spec["dns"] = {
      zone: "example.test",
      provider: {
        rfc2136: { server: "127.0.0.1", port: dns.port, tsig: { name: "full", secret: { file: "tsig.key" } } },
      },
      ttl: "30s",
    };
    routeOf(spec)["hosts"] = [host];
    routeOf(spec)["dns"] = { via: "isthmus" };
  });
});

afterEach(async () => {
  await world.close();
});

type Spec = Record<string, unknown>;

async function edit(change: (spec: Spec) => void): Promise<void> {
  const file = path.join(world.folder, "mesh.yaml");
  const mesh = parse(await readFile(file, "utf8")) as { spec: Spec };
  change(mesh.spec);
  await writeFile(file, stringify(mesh, { aliasDuplicateObjects: false }));
}

function routeOf(spec: Spec): Spec {
  const [service] = spec["services"] as readonly { routes: Spec[] }[];
  const [route] = service?.routes ?? [];
  if (route === undefined) {
    throw new Error("the mesh has a route");
  }
  return route;
}

function setAddress(cluster: string, address: string | undefined): void {
  world.servers[cluster]?.store.put(
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "istio-ingressgateway", namespace: "istio-system" },
      spec: { type: "LoadBalancer" },
      status: { loadBalancer: { ingress: address === undefined ? [] : [{ ip: address }] } },
    },
    { store: true },
  );
}

async function records(of = host): Promise<readonly string[]> {
  const questions = (["A", "AAAA"] as const).map((type) => ({ name: of, type }));
  const sets = await dns.zone().read(questions, AbortSignal.timeout(60_000));
  return sets.flatMap(({ values }) => values).toSorted();
}

async function write(value: string, type: "A" | "TXT" = "A", of = host): Promise<void> {
  const add = { name: of, type, value, ttlSeconds: 60 };
  await dns.zone().update({ prerequisites: [], deletes: [], adds: [add] }, AbortSignal.timeout(60_000));
}

/** A plan does not wait for the connection to be refused for long. */
async function withDnsAway(work: () => Promise<void>): Promise<void> {
  await dns.end("SIGKILL");
  try {
    await work();
  } finally {
    await dns.restart();
  }
}

describe("a name that isthmus publishes", () => {
  it("is planned, written by an apply with an address for each cluster, and gone after remove", async () => {
    const planned = await world.run("plan");
    expect(planned.out).toContain("DNS zone example.test");
    expect(planned.out).toContain(`? ${host}  (addresses known after apply)`);
    expect(await records()).toEqual([]);

    const applied = await world.run("apply --yes");
    expect([applied.code, applied.err]).toEqual([0, expect.not.stringContaining("ISM6")]);
    expect(applied.out).toContain(`√ ${host}  has now 192.0.2.1, 192.0.2.2, 2001:db8::3`);
    expect(await records()).toEqual(["192.0.2.1", "192.0.2.2", "2001:db8::3"]);
    setAddress("north", "2001:db8::33");
    const changed = (await world.run("plan")).out;
    expect(changed).toContain(`+ ${host} AAAA 2001:db8::33  (north)`);
    expect(changed).toContain(`- ${host} AAAA 2001:db8::3  (north)`);
    setAddress("north", "2001:db8::3");
    const again = await world.run("plan --detailed-exitcode");
    expect([again.code, again.out]).toEqual([0, expect.stringContaining("no changes (1 name)")]);

    const removed = await world.run("remove --yes");
    expect([removed.code, removed.out]).toEqual([0, expect.stringContaining(`- ${host} A 192.0.2.1  (west)`)]);
    expect(removed.out).toContain(`√ ${host}  has no addresses any more`);
    expect(await records()).toEqual([]);
  });

  it("keeps its Gateway from external-dns", async () => {
    await world.run("apply --yes");
    const gateway = world.servers["west"]?.store.find(
      { apiVersion: "networking.istio.io/v1", kind: "Gateway" },
      "sample",
      "helloworld-gateway",
    );
    expect(gateway?.metadata["annotations"]).toEqual({
      "external-dns.alpha.kubernetes.io/controller": "isthmus",
      "external-dns.kubernetes.io/controller": "isthmus",
    });
  });

  it("follows addresses by dns sync, and shows who owns what", async () => {
    await world.run("apply --yes");
    setAddress("east", "192.0.2.22");
    const before = await world.run("dns status");
    expect(before.out).toMatch(new RegExp(`${host} +west +192.0.2.1 +. +√ +serves`));
    expect(before.out).toMatch(new RegExp(`${host} +east +192.0.2.2 +. +~ will change +serves`));
    const synced = await world.run("dns sync --yes");
    expect([synced.code, synced.out]).toEqual([0, expect.stringContaining(`- ${host} A 192.0.2.2  (east)`)]);
    expect(await records()).toEqual(["192.0.2.1", "192.0.2.22", "2001:db8::3"]);
    const document = JSON.parse((await world.run("dns status -o json")).out) as { names: readonly object[] };
    expect(document.names).toEqual([
      {
        name: host,
        state: "unchanged",
        clusters: { west: "serving", east: "serving", north: "serving" },
        addresses: ["192.0.2.1", "192.0.2.22", "2001:db8::3"],
        owners: expect.arrayContaining([{ mesh: "prod", cluster: "east", addresses: ["192.0.2.22"] }]) as unknown,
        answers: expect.objectContaining({ "192.0.2.22": expect.any(Boolean) as unknown }) as unknown,
      },
    ]);
  });

  it("asks before it writes, and says what a stream of events begins and ends with", async () => {
    await world.run("apply --yes");
    setAddress("east", "192.0.2.22");
    const asked = await world.run("dns sync");
    expect([asked.code, await records()]).toEqual([64, expect.arrayContaining(["192.0.2.2"])]);
    const lines = (await world.run("dns sync --yes -o jsonl")).out.trim().split("\n");
    const events = lines.map((line) => JSON.parse(line) as { event: string; id?: string; exitCode?: number });
    expect(events.map(({ event, id, exitCode }) => [event, id ?? exitCode])).toEqual([
      ["names", undefined],
      ["task.started", `DNS/${host}`],
      ["task.note", `DNS/${host}`],
      ["task.done", `DNS/${host}`],
      ["summary", 0],
    ]);
  });

  it("is left by a drained cluster before its callers leave, and had again after undrain", async () => {
    const setTtl = async (ttl: string): Promise<void> =>
      edit((spec) => {
        (spec["dns"] as Spec)["ttl"] = ttl;
      });
    await setTtl("3s");
    await world.run("apply --yes");
    // Resolvers hold what they were given before.
    await setTtl("1s");
    const drained = await world.run("drain east --yes -o jsonl");
    const events = drained.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; id?: string });
    expect(events).toContainEqual(
      expect.objectContaining({ id: "DNS/forgotten", note: "resolvers may keep addresses for 3 s" }),
    );
    const done = events.filter(({ event }) => event === "task.done").map(({ id }) => id ?? "");
    expect([drained.code, drained.err]).toEqual([0, expect.not.stringContaining("ISM")]);
    expect(
      done.filter((id) => /DNS|routes.write|callers.write|own.write/.test(id)).map((id) => id.replace(host, "NAME")),
    ).toEqual(
      [
        ...["east", "north", "west"].map((one) => `${one}/routes/write`),
        "DNS/NAME",
        "DNS/forgotten",
        ...["north", "west"].map((one) => `${one}/callers/write`),
        "east/own/write",
      ].map((id) => expect.stringMatching(id.replace(/^(east|north|west)/, "(east|north|west)")) as unknown),
    );
    expect(await records()).toEqual(["192.0.2.1", "2001:db8::3"]);
    expect((await world.run("dns sync --yes")).out).toContain("no changes (1 name)");
    expect((await world.run("dns status")).out).toMatch(new RegExp(`${host} +east +- +- +√ +drained`));
    expect((await world.run("status")).out).toMatch(new RegExp(`${host} +192.0.2.1,2001:db8::3 +√ +east drained`));
    const back = await world.run("undrain east --yes");
    expect([back.code, back.out]).toEqual([0, expect.stringContaining(`+ ${host} A 192.0.2.2  (east)`)]);
    expect(await records()).toHaveLength(3);
  });

  it("keeps what a dead cluster has, and everything else goes on", async () => {
    await world.run("apply --yes");
    await world.servers["east"]?.close();
    setAddress("west", "192.0.2.11");
    const synced = await world.run("dns sync --yes");
    expect([synced.code, synced.err]).toEqual([4, expect.stringContaining("east")]);
    expect(await records()).toEqual(["192.0.2.11", "192.0.2.2", "2001:db8::3"]);
    // What an external-dns of east calls its own is not known, so that nothing is taken for nobody's.
    await write("198.51.100.7");
    const adopting = await world.run("dns sync --yes --adopt");
    expect([adopting.code, adopting.err]).toEqual([1, expect.stringContaining("ISM685")]);
    expect(adopting.err.replaceAll(/\s+/g, " ")).toContain("--adopt took none over");
    expect(await records()).toContain("198.51.100.7");
  });

  it("does not stop an apply while its DNS server is away, which says what is missing", async () => {
    await withDnsAway(async () => {
      const planned = await world.run("plan");
      expect([planned.code, planned.out]).toEqual([4, expect.stringContaining("The DNS server cannot be reached")]);
      const applied = await world.run("apply --yes");
      expect(applied.code).toBe(4);
      expect(applied.out).toContain("√ west");
      expect(applied.out).toContain(`× ${host}  not written, has what it had`);
      expect(applied.err).toContain("ISM642");
    });
    expect((await world.run("apply --yes")).code).toBe(0);
    expect(await records()).toHaveLength(3);
  });

  it("is left alone where external-dns owns it or nobody does, and taken over with --adopt", async () => {
    await write("198.51.100.7");
    expect((await world.run("apply --yes")).code).toBe(4);
    const refused = await world.run("dns sync --yes");
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("--adopt")]);
    expect(await records()).toEqual(["198.51.100.7"]);
    expect((await world.run("dns sync --yes --adopt")).code).toBe(0);
    expect(await records()).toHaveLength(3);
    await write('"heritage=external-dns,external-dns/owner=team"', "TXT", `a-${host}`);
    const status = await world.run("dns status");
    expect([status.code, status.err]).toEqual([3, expect.stringContaining("external-dns (owner team")]);
  });

  it("goes with --prune when the mesh file has it no more", async () => {
    await world.run("apply --yes");
    const former = host;
    await edit((spec) => {
      routeOf(spec)["hosts"] = [`new-${former}`];
    });
    const planned = await world.run("plan");
    expect(planned.out).toContain("no longer in the mesh file (kept; --prune takes them away)");
    expect((await world.run("apply --yes")).code).toBe(0);
    expect(await records(former)).toHaveLength(3);
    expect((await world.run("dns status")).out).toContain(`${former} is no longer in the mesh file`);
    expect((await world.run("apply --yes --prune")).code).toBe(0);
    expect([await records(former), await records(`new-${former}`)]).toEqual([
      [],
      expect.objectContaining({ length: 3 }),
    ]);
    const inventory = world.servers["west"]?.store.find(
      { apiVersion: "v1", kind: "ConfigMap" },
      "kube-system",
      "isthmus-inventory-prod",
    ) as unknown as { readonly data: { readonly names: string } };
    expect(JSON.parse(inventory.data.names)).toEqual([`new-${former}`]);
    expect((await world.run("plan --prune --detailed-exitcode")).code).toBe(0);
  });

  it("is taken away by dns sync --prune also when it was the last one, and then there is nothing to speak of", async () => {
    await world.run("apply --yes");
    await edit((spec) => {
      delete routeOf(spec)["dns"];
    });
    const status = await world.run("dns status");
    expect([status.code, status.out]).toEqual([
      expect.any(Number),
      expect.stringContaining(`${host} is no longer in the mesh file`),
    ]);
    const synced = await world.run("dns sync --yes --prune");
    expect([synced.code, await records()]).toEqual([0, []]);
    expect((await world.run("apply --yes --prune")).code).toBe(0);
    const nothing = await world.run("dns status");
    expect([nothing.code, nothing.err]).toEqual([64, expect.stringContaining("ISM644")]);
  });

  it("is still known after a remove that could not write DNS, also when the mesh file has it no more", async () => {
    await world.run("apply --yes");
    await edit((spec) => {
      routeOf(spec)["hosts"] = [`new-${host}`];
    });
    await withDnsAway(async () => {
      const removed = await world.run("remove --yes");
      expect(removed.err).toContain("ISM642");
      expect(removed.code).not.toBe(0);
    });
    expect(await records()).toHaveLength(3);
    const again = await world.run("remove --yes");
    expect([again.code, await records()]).toEqual([0, []]);
    const inventory = world.servers["west"]?.store.find(
      { apiVersion: "v1", kind: "ConfigMap" },
      "kube-system",
      "isthmus-inventory-prod",
    );
    expect(inventory).toBeUndefined();
  });

  it("is not taken for published while no gateway has an address", async () => {
    await world.run("apply --yes");
    await world.run("remove --yes");
    for (const cluster of clusters) {
      setAddress(cluster, undefined);
    }
    const applied = await world.run("apply --yes --timeout 3s");
    expect(applied.out).toContain(`‼ ${host}  has no addresses`);
    expect(applied.err).toContain("no cluster of the mesh brings an address");
    expect((await world.run("dns status")).out).toMatch(new RegExp(`${host} +east +- .*its gateway has no address`));
  });

  it("has nothing of a cluster that the mesh is not applied to", async () => {
    const synced = await world.run("dns sync --yes");
    expect([synced.code, await records()]).toEqual([0, []]);
    expect((await world.run("dns status")).out).toMatch(
      new RegExp(`${host} +east +- +- +√ +the mesh is not applied there`),
    );
  });

  it("leaves a cluster out that lacks what it needs there, says why, and is never emptied for it", async () => {
    const gateways = { apiVersion: "networking.istio.io/v1", kind: "Gateway" } as const;
    await world.run("apply --yes");
    const gateway = world.servers["east"]?.store.find(gateways, "sample", "helloworld-gateway");
    world.servers["east"]?.store.remove(gateway as WireObject);
    const synced = await world.run("dns sync --yes");
    expect([synced.code, synced.out]).toEqual([0, expect.stringContaining(`- ${host} A 192.0.2.2  (east)`)]);
    expect(synced.err.replaceAll(/\s+/g, " ")).toContain(
      `east is left out of ${host}: it has no Gateway sample/helloworld-gateway.`,
    );
    expect(await records()).toEqual(["192.0.2.1", "2001:db8::3"]);
    const status = await world.run("dns status");
    expect(status.out).toMatch(new RegExp(`${host} +east +- +- +√ +lacks what the name needs there`));
    expect((await world.run("status")).out).toMatch(new RegExp(`${host} .*√ +east lacks what the name needs there`));

    const servers = [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["other.example.test"] }];
    world.servers["east"]?.put({ ...(gateway as WireObject), spec: { servers } });
    expect((await world.run("dns sync --yes")).err.replaceAll(/\s+/g, " ")).toContain(
      `it has a Gateway sample/helloworld-gateway that does not have ${host}`,
    );
    for (const cluster of ["west", "north"]) {
      const store = world.servers[cluster]?.store;
      store?.remove(store.find(gateways, "sample", "helloworld-gateway") as WireObject);
    }
    expect((await world.run("dns sync --yes")).code).toBe(0);
    expect(await records()).toEqual(["192.0.2.1", "2001:db8::3"]);

    expect((await world.run("apply --yes")).code).toBe(0);
    expect(await records()).toHaveLength(3);
  });

  it("is not given back by a watch to a cluster that lacks what it needs there", async () => {
    await world.run("apply --yes");
    const gateway = { apiVersion: "networking.istio.io/v1", kind: "Gateway" } as const;
    const store = world.servers["east"]?.store;
    store?.remove(store.find(gateway, "sample", "helloworld-gateway") as WireObject);
    const stop = new AbortController();
    const watch = world.run("dns sync --watch --yes", { signal: stop.signal });
    await expect.poll(records, { timeout: 15_000 }).toEqual(["192.0.2.1", "2001:db8::3"]);
    // Its first own round is at once.
    await sleep(3000);
    expect(await records()).toEqual(["192.0.2.1", "2001:db8::3"]);
    stop.abort();
    const ended = await watch;
    expect([ended.code, ended.err.match(/ISM684/g)]).toEqual([130, ["ISM684"]]);
  });

  it("says who has to bring a certificate that no apply makes", async () => {
    await edit((spec) => {
      routeOf(spec)["tls"] = { secretName: "door" };
    });
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { namespace: "istio-system", name: "door" } };
    for (const cluster of ["west", "north"]) {
      world.servers[cluster]?.put(secret);
    }
    await world.run("apply --yes");
    const synced = await world.run("dns sync --yes");
    const words = synced.err.replaceAll(/\s+/g, " ");
    expect(words).toContain(`east is left out of ${host}: it has no Secret istio-system/door.`);
    expect(words).toContain("Whoever has the certificate has to put it there: kubectl --context");
    expect(words).not.toContain("Finish what was begun there");
    expect(await records()).toEqual(["192.0.2.1", "2001:db8::3"]);
  });

  it("is left as it is by a cluster that does not show what it has", async () => {
    await world.run("apply --yes");
    await world.run("dns sync --yes");
    setAddress("east", "192.0.2.22");
    const matches = ({ url }: { readonly url: string }): boolean => url.includes("/virtualservices/");
    world.servers["east"]?.inject({ kind: "status", status: 403 }, { times: 9, matches });
    const synced = await world.run("dns sync --yes");
    expect(synced.err).toContain(`Whether east can serve ${host} is not known`);
    expect(await records()).toContain("192.0.2.2");
  });

  it("refuses to begin without the key, and never shows it", async () => {
    await writeFile(path.join(world.folder, "tsig.key"), "");
    const empty = await world.run("dns sync --yes");
    expect([empty.code, empty.err]).toEqual([65, expect.stringContaining("ISM639")]);
    await writeFile(path.join(world.folder, "tsig.key"), dns.secrets.nogrant);
    await chmod(path.join(world.folder, "tsig.key"), 0o644);
    const wrong = await world.run("dns sync --yes");
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringMatching(/ISM632|does not accept/)]);
    expect(wrong.err).toContain("chmod 600");
    expect(wrong.err.replaceAll(/\s+/g, " ")).toContain("Its secret was read from the file tsig.key.");
    expect(wrong.err).toMatch(/mesh\.yaml:\d+:\d+ error\[ISM642\]/);
    expect(wrong.out + wrong.err).not.toContain(dns.secrets.nogrant);
  });
});
