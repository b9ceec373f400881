import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DnsUpdate } from "../../src/core/front-door/dns-records.ts";
import type { DnsZone } from "../../src/providers/dns/dns-provider.ts";
import { publishName } from "../../src/providers/dns/publish-name.ts";
import { rfc2136Zone } from "../../src/providers/dns/rfc2136/rfc2136-zone.ts";
import { UserError } from "../../src/core/diagnostics/user-error.ts";
import { bind } from "../dns-servers/bind.ts";
import { startServer, type RunningServer, type ServerKind, type ZoneOptions } from "../dns-servers/dns-server.ts";
import { knot } from "../dns-servers/knot.ts";
import { powerDns } from "../dns-servers/powerdns.ts";

const name = "app.example.test";

function signal(): AbortSignal {
  return AbortSignal.timeout(120_000);
}

function adding(host: string, value = "192.0.2.1", ttlSeconds = 60): DnsUpdate {
  return { prerequisites: [], deletes: [], adds: [{ name: host, type: "A", value, ttlSeconds }] };
}

/** The first line of what a person is told, without the address. */
async function refusalOf(run: Promise<unknown>): Promise<string> {
  const error = await run.then(
    () => new Error("nothing was refused"),
    (error: unknown) => error,
  );
  const first = error instanceof UserError ? error.diagnostics[0] : undefined;
  expect(first?.fix ?? "").not.toBe("");
  return first === undefined
    ? String(error)
    : `${first.code} ${first.detail.replaceAll(/127\.0\.0\.1:\d+/g, "SERVER").replace(/60\d s/, "600 s")}`;
}

describe.each<readonly [ServerKind["kind"], ServerKind]>([
  ["BIND", bind],
  ["Knot", knot],
  ["PowerDNS", powerDns],
])("a zone of %s", (_kind, kind) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(kind);
  });
  afterAll(async () => {
    await server.stop();
  });
  const limited = (): Partial<ZoneOptions> => ({ key: "limited", secret: server.secrets.limited });
  const nogrant = (): Partial<ZoneOptions> => ({ key: "nogrant", secret: server.secrets.nogrant });

  /** The same zone from a machine whose clock is wrong. */
  const clockAhead = (): DnsZone =>
    rfc2136Zone({
      zone: "example.test",
      server: "127.0.0.1",
      port: server.port,
      key: { name: "full", algorithm: "hmac-sha256", secret: Buffer.from(server.secrets.full, "base64") },
      now: () => Date.now() + 600_000,
    });

  it("is changed where the prerequisites hold, and is not where they do not", async () => {
    const zone = server.zone();
    const absent = { kind: "absent", name, type: "A" } as const;
    expect(await zone.update({ ...adding(name), prerequisites: [absent] }, signal())).toBe("done");
    expect(await zone.update({ ...adding(name, "192.0.2.2"), prerequisites: [absent] }, signal())).toBe(
      "changed-meanwhile",
    );
    const equals = (...values: readonly string[]) => ({ kind: "equals", name, type: "A", values }) as const;
    for (const [values, outcome] of [
      [["192.0.2.9"], "changed-meanwhile"],
      [["192.0.2.1", "192.0.2.9"], "changed-meanwhile"],
      [["192.0.2.1"], "done"],
    ] as const) {
      const update = { ...adding(name, "192.0.2.2"), prerequisites: [equals(...values)] };
      expect(await zone.update(update, signal())).toBe(outcome);
    }
    const [set] = await zone.read([{ name, type: "A" }], signal());
    expect(set?.values.toSorted()).toEqual(["192.0.2.1", "192.0.2.2"]);
  });

  it("gives a value a new TTL where it is deleted and added in one change", async () => {
    const zone = server.zone();
    const sets = await zone.read([{ name, type: "A" }], signal());
    const values = sets.flatMap((one) => one.values.map((value) => ({ name, type: "A" as const, value })));
    const adds = values.map((one) => ({ ...one, ttlSeconds: 30 }));
    expect(await zone.update({ prerequisites: [], deletes: values, adds }, signal())).toBe("done");
    expect(await zone.read([{ name, type: "A" }], signal())).toMatchObject([{ ttlSeconds: 30 }]);
  });

  it("keeps records of every type as they were written", async () => {
    const zone = server.zone();
    const adds = [
      { name: "a.kept.example.test", type: "AAAA", value: "2001:db8::1:0:0:1", ttlSeconds: 60 },
      { name: "b.kept.example.test", type: "TXT", value: '"a \\"b\\" c\\\\" "\\195\\164;"', ttlSeconds: 60 },
      { name: "c.kept.example.test", type: "CNAME", value: "elsewhere.test", ttlSeconds: 60 },
      { name: "*.kept.example.test", type: "A", value: "192.0.2.3", ttlSeconds: 60 },
    ] as const;
    await zone.update({ prerequisites: [], deletes: [], adds }, signal());
    const sets = await zone.read(
      adds.map(({ name, type }) => ({ name, type })),
      signal(),
    );
    expect(sets).toEqual(adds.map(({ value, ...one }) => ({ ...one, values: [value] })));
    const equals = adds.map(({ name, type, value }) => ({ kind: "equals", name, type, values: [value] }) as const);
    expect(await zone.update({ prerequisites: equals, deletes: [...adds], adds: [] }, signal())).toBe("done");
    expect(await zone.read(adds, signal())).toEqual([]);
  });

  it("has what is there, not what a wildcard makes up", async () => {
    const zone = server.zone();
    await zone.update(adding("*.wild.example.test", "192.0.2.4"), signal());
    const made = { name: "made.wild.example.test", type: "A" } as const;
    expect(await zone.read([made], signal())).toEqual([]);
    await zone.update(adding(made.name, "192.0.2.4"), signal());
    expect(await zone.read([made], signal())).toMatchObject([{ name: made.name, values: ["192.0.2.4"] }]);
  });

  it("still has what was acknowledged after the server lost its power", async () => {
    await server.zone().update(adding("kept.example.test", "192.0.2.5"), signal());
    await server.restart();
    expect(await server.zone().read([{ name: "kept.example.test", type: "A" }], signal())).toHaveLength(1);
  });

  it("takes names from a key that has no more rights than the guide says", async () => {
    const zone = server.zone({ key: "least", secret: server.secrets.least });
    for (const host of ["least.example.test", "*.least.example.test"]) {
      const wanted = { name: host, mesh: "shop", ttlSeconds: 60 };
      for (const clusters of [
        { west: ["192.0.2.1"], east: ["192.0.2.2", "2001:db8::2"] },
        { west: ["192.0.2.1"], east: [] },
      ]) {
        expect((await publishName(zone, { ...wanted, clusters }, signal())).outcome).toBe("changed");
      }
      const gone = { ...wanted, clusters: { west: [] }, mayBeEmpty: true };
      expect((await publishName(zone, gone, signal())).after).toEqual({ claims: [], addresses: [] });
    }
  });

  it("tells a key that is not taken from a change that is not allowed, and from a zone that is not there", async () => {
    const probe = async (change: Partial<ZoneOptions>): Promise<string> =>
      await refusalOf(server.zone(change).probe(signal()));
    const update = async (change: Partial<ZoneOptions>, host = "other.example.test"): Promise<string> =>
      await refusalOf(server.zone(change).update(adding(host), signal()));
    const lines = {
      "unknown key": await probe({ key: "nope" }),
      "wrong secret": await probe({ secret: server.secrets.nogrant }),
      "other algorithm": await probe({ algorithm: "hmac-sha512" }),
      "clock ten minutes ahead": await refusalOf(clockAhead().probe(signal())),
      "zone that is not there": await probe({ zone: "other.test" }),
      "zone that is not there, unknown key": await probe({ zone: "other.test", key: "nope" }),
      "parent zone": await probe({ zone: "test" }),
      "name in the zone": await probe({ zone: "sub.example.test" }),
      "change without a key": await update({ key: undefined }),
      "change by a key without rights": await update(nogrant()),
      "change of another name": kind === powerDns ? "(PowerDNS has no policy of names)" : await update(limited()),
      "change of a zone that nobody may": await update({ zone: "ro.test" }, "a.ro.test"),
      "name of a zone below": await refusalOf(
        server.zone().read([{ name: "app.child.example.test", type: "A" }], signal()),
      ),
      "name that another server has": await refusalOf(
        server.zone().read([{ name: "app.away.example.test", type: "A" }], signal()),
      ),
      "change outside of the zone": await update({}, "a.elsewhere.test"),
    };
    const text = Object.entries(lines).map(([what, line]) => `${what}: ${line}`);
    await expect(`${text.join("\n")}\n`).toMatchFileSnapshot(`testdata/dns-refusals-${kind.kind}.txt`);
  });
});
