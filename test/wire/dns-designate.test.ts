import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/core/diagnostics/user-error.ts";
import type { WantedName } from "../../src/core/front-door/wanted-name.ts";
import { Secret } from "../../src/core/secret.ts";
import type { DnsZone } from "../../src/providers/dns/dns-provider.ts";
import { designateZone } from "../../src/providers/dns/designate/designate-zone.ts";
import { publishName } from "../../src/providers/dns/publish-name.ts";
import { startDesignate, type RunningDesignate } from "../dns-servers/designate/start-designate.ts";

describe("a zone of a real Designate", () => {
  let cloud: RunningDesignate;
  let zone: DnsZone;
  beforeAll(async () => {
    cloud = await startDesignate();
    const credentials = { kind: "application-credential", id: "any", secret: new Secret("any") } as const;
    zone = designateZone({ zone: "example.test", authUrl: cloud.authUrl, credentials });
  });
  afterAll(async () => {
    await cloud.stop();
  });

  const publish = async (name: string, clusters: WantedName["clusters"], rest: Partial<WantedName> = {}) => {
    const wanted = { name, mesh: "shop", ttlSeconds: 60, clusters, ...rest };
    const { outcome, after } = await publishName(zone, wanted, AbortSignal.timeout(120_000));
    return `${outcome} ${after.addresses.join(" ")}`.trim();
  };

  it.each(["app.example.test", "*.wild.example.test", "example.test"])(
    "gets and loses the addresses of %s",
    async (name) => {
      expect(await publish(name, { west: ["192.0.2.1"], east: ["192.0.2.2", "2001:db8::2"] })).toBe(
        "changed 192.0.2.1 192.0.2.2 2001:db8::2",
      );
      expect(await publish(name, { west: ["192.0.2.1"], east: ["192.0.2.2", "2001:db8::2"] })).toMatch(/^unchanged/);
      expect(await publish(name, { west: ["192.0.2.3"], east: [] }, { ttlSeconds: 30 })).toBe("changed 192.0.2.3");
      expect(await publish(name, { west: [] }, { mayBeEmpty: true })).toBe("changed");
    },
  );

  it("takes a long claim as several records", async () => {
    const many = Array.from({ length: 15 }, (_, index) => `2001:db8:1234:5678:9abc:def0:1234:${index + 1000}`);
    expect(await publish("long.example.test", { west: many })).toBe(`changed ${many.join(" ")}`);
  });

  it("loses no wish of four writers at once", async () => {
    const clusters = ["a", "b", "c", "d"];
    const others = Object.fromEntries(clusters.map((one) => [one, "keep"] as const));
    const all = clusters.map(
      async (one, index) => await publish("four.example.test", { ...others, [one]: [`192.0.2.${index}`] }),
    );
    expect((await Promise.all(all)).every((line) => line.startsWith("changed"))).toBe(true);
    const [set] = await zone.read([{ name: "four.example.test", type: "A" }], AbortSignal.timeout(60_000));
    expect(set?.values.toSorted()).toEqual(["192.0.2.0", "192.0.2.1", "192.0.2.2", "192.0.2.3"]);
  });

  it("says why it refuses", async () => {
    const add = { name: "c.example.test", ttlSeconds: 60 } as const;
    const signal = AbortSignal.timeout(60_000);
    await zone.update(
      { prerequisites: [], deletes: [], adds: [{ ...add, type: "CNAME", value: "x.example.test" }] },
      signal,
    );
    const beside = { prerequisites: [], deletes: [], adds: [{ ...add, type: "A", value: "192.0.2.1" }] } as const;
    const error = await zone.update(beside, signal).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(/^ISM633 .*CNAME recordsets may not share a name/);
  });
});
