import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/core/diagnostics/user-error.ts";
import type { DnsRecord, DnsRecordType } from "../../src/core/front-door/dns-records.ts";
import { txtValue } from "../../src/core/front-door/txt-value.ts";
import type { WantedName } from "../../src/core/front-door/wanted-name.ts";
import type { DnsZone } from "../../src/providers/dns/dns-provider.ts";
import { publishName } from "../../src/providers/dns/publish-name.ts";
import { bind } from "../dns-servers/bind.ts";
import { startServer, type RunningServer } from "../dns-servers/dns-server.ts";
import { transferZone } from "../dns-servers/transfer.ts";

let server: RunningServer;
let zone: DnsZone;
let count = 0;
let name = "";

beforeAll(async () => {
  server = await startServer(bind);
  zone = server.zone();
});
afterAll(async () => {
  await server.stop();
});
beforeEach(() => {
  count += 1;
  name = `app${count}.example.test`;
});

function signal(): AbortSignal {
  return AbortSignal.timeout(120_000);
}

function wanted(clusters: WantedName["clusters"], change: Partial<WantedName> = {}): WantedName {
  return { name, mesh: "shop", ttlSeconds: 60, clusters, ...change };
}

async function publish(clusters: WantedName["clusters"], change: Partial<WantedName> = {}): Promise<string> {
  try {
    const { outcome, after } = await publishName(zone, wanted(clusters, change), signal());
    return `${outcome} ${after.addresses.join(" ")}`.trim();
  } catch (error) {
    return error instanceof UserError ? error.diagnostics.map((one) => `${one.code} ${one.detail}`).join("\n") : "?";
  }
}

async function write(type: DnsRecordType, value: string, host = name): Promise<void> {
  const adds: readonly DnsRecord[] = [{ name: host, type, value, ttlSeconds: 300 }];
  expect(await zone.update({ prerequisites: [], deletes: [], adds }, signal())).toBe("done");
}

/** All records at the name and below it, with the name as `@`. */
async function records(): Promise<Readonly<Record<string, readonly string[]>>> {
  const sets = [...(await transferZone(server.port, "example.test"))];
  const own = sets.filter(([key]) => key.endsWith(` ${name}`) || key.endsWith(`.${name}`) || key.includes(`-${name}`));
  return Object.fromEntries(own.map(([key, values]) => [key.replace(name, "@"), values]));
}

describe("a name of several clusters", () => {
  it("has the addresses of all of them, and owner records that say whose each is", async () => {
    expect(await publish({ west: ["192.0.2.1"], east: ["192.0.2.2", "2001:DB8:0::2"] })).toBe(
      "changed 192.0.2.1 192.0.2.2 2001:db8::2",
    );
    expect(await records()).toEqual({
      "A @": ["192.0.2.1", "192.0.2.2"],
      "AAAA @": ["2001:db8::2"],
      "TXT _isthmus.@": ['"heritage=isthmus,mesh=shop,cluster=east"', '"heritage=isthmus,mesh=shop,cluster=west"'],
      "TXT west._isthmus.@": ['"heritage=isthmus,mesh=shop,cluster=west,addresses=192.0.2.1"'],
      "TXT east._isthmus.@": ['"heritage=isthmus,mesh=shop,cluster=east,addresses=192.0.2.2+2001:db8::2"'],
    });
    expect(await publish({ west: ["192.0.2.1"], east: ["192.0.2.2", "2001:db8::2"] })).toMatch(/^unchanged/);
  });

  it("loses the address of a cluster that is withdrawn, keeps one that is not known now, and loses one that left the mesh file", async () => {
    await publish({ west: ["192.0.2.1"], east: ["192.0.2.2"], north: ["192.0.2.3"] });
    expect(await publish({ west: [], east: "keep" })).toBe("changed 192.0.2.2");
    expect(Object.keys(await records()).toSorted()).toEqual(["A @", "TXT _isthmus.@", "TXT east._isthmus.@"]);
  });

  it("keeps an address that two clusters share until both are gone", async () => {
    await publish({ west: ["192.0.2.1"], east: ["192.0.2.1", "192.0.2.2"] });
    expect(await publish({ west: ["192.0.2.1"], east: [] })).toBe("changed 192.0.2.1");
  });

  it("is not left without any address, but where it is taken away", async () => {
    await publish({ west: ["192.0.2.1"] });
    expect(await publish({ west: [] })).toMatch(/^ISM636 No cluster of shop has an address/);
    expect(await publish({ west: [] }, { mayBeEmpty: true })).toBe("changed");
    expect(await records()).toEqual({});
    expect(await publish({ west: [] })).toBe("unchanged");
  });

  it("is shared with another mesh, and each takes away only its own", async () => {
    await publish({ west: ["192.0.2.1"] });
    expect(await publish({ blue: ["192.0.2.9"] }, { mesh: "other" })).toBe("changed 192.0.2.1 192.0.2.9");
    expect(await publish({ west: ["192.0.2.7"] }, { mesh: "other" })).toMatch(
      /^ISM635 .*cluster west of the mesh shop/,
    );
    expect(await publish({ west: [] })).toBe("changed 192.0.2.9");
  });

  it("gets another TTL as a whole", async () => {
    await publish({ west: ["192.0.2.1"], east: ["192.0.2.2"] });
    expect(await publish({ west: ["192.0.2.1"], east: ["192.0.2.2"] }, { ttlSeconds: 30 })).toMatch(/^changed/);
    expect(await zone.read([{ name, type: "A" }], signal())).toMatchObject([{ ttlSeconds: 30 }]);
  });

  it("is put right where somebody deleted an address", async () => {
    await publish({ west: ["192.0.2.1"], east: ["192.0.2.2"] });
    const gone = { name, type: "A", value: "192.0.2.1" } as const;
    await zone.update({ prerequisites: [], deletes: [gone], adds: [] }, signal());
    expect(await publish({ west: ["192.0.2.1"], east: ["192.0.2.2"] })).toBe("changed 192.0.2.1 192.0.2.2");
  });

  it("may be a wildcard, and the zone's own name; neither hides what a wildcard answers for", async () => {
    await write("A", "192.0.2.50", "*.example.test");
    name = "*.shop.example.test";
    expect(await publish({ west: ["192.0.2.1"] })).toBe("changed 192.0.2.1");
    name = "example.test";
    expect(await publish({ west: ["192.0.2.1"] })).toBe("changed 192.0.2.1");
    const answers = await transferZone(server.port, "example.test");
    expect([...answers.keys()]).toContain("TXT west._isthmus._any.shop.example.test");
    // What clients see: the cluster's label has not become a name of its own.
    expect(await server.ask("west.example.test", "A")).toEqual(["192.0.2.50"]);
    expect(await server.ask("anything.shop.example.test", "A")).toEqual(["192.0.2.1"]);
    expect(await publish({ west: [] }, { mayBeEmpty: true })).toBe("changed");
  });
});

describe("a name that somebody else writes", () => {
  it.each(["a", "aaaa", "cname"])("is refused where external-dns owns it by %s-NAME", async (type) => {
    await write("A", "192.0.2.9");
    await write(
      "TXT",
      txtValue("heritage=external-dns,external-dns/owner=west,external-dns/resource=x"),
      `${type}-${name}`,
    );
    expect(await publish({ west: ["192.0.2.1"] })).toMatch(/^ISM635 .*written by external-dns \(owner west/);
    expect((await records())["A @"]).toEqual(["192.0.2.9"]);
  });

  it("is refused where external-dns owns it by the prefix that its arguments have", async () => {
    const record = `x.a-${name}`;
    await write("TXT", txtValue("heritage=external-dns,external-dns/owner=west"), record);
    expect(await publish({ west: ["192.0.2.1"] })).toMatch(/^changed/);
    const naming = { externalDns: [{ prefix: "x." }] };
    expect(await publish({ west: ["192.0.2.2"] }, naming)).toMatch(new RegExp(`^ISM635 .*TXT record ${record}`));
  });

  it("is refused where addresses are there that nobody explains, and taken over where that is asked for", async () => {
    await write("A", "192.0.2.9");
    expect(await publish({ west: ["192.0.2.1"] })).toMatch(/^ISM635 .* has 192\.0\.2\.9, and no owner record/);
    expect(await publish({ west: ["192.0.2.1"] }, { adopt: true })).toBe("changed 192.0.2.1");
  });

  it("still loses a dead cluster's address", async () => {
    await publish({ west: ["192.0.2.1"], east: ["192.0.2.2"] });
    await write("A", "192.0.2.9");
    const { outcome, after, left } = await publishName(zone, wanted({ west: [], east: ["192.0.2.2"] }), signal());
    expect([outcome, ...after.addresses]).toEqual(["changed", "192.0.2.2", "192.0.2.9"]);
    expect(left.map((one) => one.code)).toEqual(["ISM635"]);
    expect(await publish({ west: ["192.0.2.1"], east: ["192.0.2.2"] })).toMatch(/^ISM635/);
  });

  it("is refused where it is an alias, where an owner record is something else, and outside of the zone", async () => {
    await write("CNAME", "elsewhere.test");
    expect(await publish({ west: ["192.0.2.1"] })).toMatch(/^ISM635 .* is an alias \(CNAME\) of elsewhere\.test/);
    name = `second.${name}`;
    await write("TXT", '"hello"', `west._isthmus.${name}`);
    expect(await publish({ west: ["192.0.2.1"] })).toMatch(/^ISM635 The TXT record west\._isthmus.*"hello"/);
    name = "app.elsewhere.test";
    expect(await publish({ west: ["192.0.2.1"] })).toMatch(
      /^ISM635 app\.elsewhere\.test is not in the zone example\.test/,
    );
  });
});

it("refuses more than 100 addresses of a kind, and a name that DNS does not take", async () => {
  const many = Array.from({ length: 101 }, (_, index) => `198.51.100.${index}`);
  expect(await publish({ west: many })).toMatch(/^ISM636 .* would have 101 addresses/);
  expect(await publish({ west: many.slice(1) })).toMatch(/^changed/);
  name = `${"long.".repeat(46)}example.test`;
  expect(await publish({ westernmost: ["192.0.2.1"] })).toMatch(
    /^ISM636 .* does not fit into DNS: the name westernmost\._isthmus.* longer than 255 bytes/,
  );
});
