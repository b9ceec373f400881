import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import type { WantedName } from "../../../core/front-door/wanted-name.ts";
import { Secret } from "../../../core/secret.ts";
import { publishName } from "../publish-name.ts";
import { designateZone, type DesignateSettings } from "./designate-zone.ts";
import { startDesignateDouble, type DesignateDouble } from "./testing/designate-double.ts";

const name = "app.example.test";
let cloud: DesignateDouble;

beforeEach(async () => {
  cloud = await startDesignateDouble(2);
});
afterEach(async () => {
  await cloud.stop();
});

const application = { kind: "application-credential", id: "app1", secret: new Secret("s3cret") } as const;

function settings(change: Partial<DesignateSettings> = {}): DesignateSettings {
  return { zone: "example.test", authUrl: cloud.authUrl, region: "one", credentials: application, ...change };
}

function signal(): AbortSignal {
  return AbortSignal.timeout(150_000);
}

async function publish(clusters: WantedName["clusters"], change: Partial<DesignateSettings> = {}): Promise<string> {
  const wanted = { name, mesh: "shop", ttlSeconds: 60, clusters };
  try {
    const { outcome, after } = await publishName(designateZone(settings(change)), wanted, signal());
    return `${outcome} ${after.addresses.join(" ")}`;
  } catch (error) {
    return error instanceof UserError
      ? error.diagnostics.map((one) => `${one.code} ${one.detail}`).join("\n")
      : String(error);
  }
}

/** `TYPE name: records` of each set, sorted. */
function stored(): readonly string[] {
  return [...cloud.sets.values()]
    .map(({ type, name: at, records }) => `${type} ${at} ${records.toSorted().join(" ")}`)
    .toSorted();
}

/** As if whoever made them had died long ago. */
function ageLocks(): void {
  for (const [id, one] of cloud.sets) {
    if (one.name.startsWith("_isthmus-lock.")) {
      cloud.sets.set(id, { ...one, created_at: new Date(0).toISOString().replace("Z", "") });
    }
  }
}

function put(type: string, records: readonly string[], at = `${name}.`, created = new Date(0)): void {
  const id = `${type}-${at}`;
  cloud.sets.set(id, { id, name: at, type, ttl: null, records, created_at: created.toISOString().replace("Z", "") });
}

describe("a zone of Designate (a double of it)", () => {
  it("gets the addresses of all clusters with their owners, and loses them", async () => {
    expect(await publish({ west: ["192.0.2.1"], east: ["192.0.2.2", "2001:db8::2"] })).toBe(
      "changed 192.0.2.1 192.0.2.2 2001:db8::2",
    );
    expect(stored()).toEqual([
      "A app.example.test. 192.0.2.1 192.0.2.2",
      "AAAA app.example.test. 2001:db8::2",
      'TXT _isthmus.app.example.test. "heritage=isthmus,mesh=shop,cluster=east" "heritage=isthmus,mesh=shop,cluster=west"',
      'TXT east._isthmus.app.example.test. "heritage=isthmus,mesh=shop,cluster=east,addresses=192.0.2.2+2001:db8::2"',
      'TXT west._isthmus.app.example.test. "heritage=isthmus,mesh=shop,cluster=west,addresses=192.0.2.1"',
    ]);
    expect(await publish({ west: ["192.0.2.1"], east: ["192.0.2.2", "2001:db8::2"] })).toMatch(/^unchanged/);
    expect(await publish({ west: ["192.0.2.3"] })).toBe("changed 192.0.2.3");
    expect(stored()).toHaveLength(3);
  });

  it("says how long resolvers keep a set without a TTL of its own: as the zone says", async () => {
    await publish({ west: ["192.0.2.1"], east: ["192.0.2.2"] });
    const change = async (address: string): Promise<number> => {
      const wanted = { name, mesh: "shop", ttlSeconds: 60, clusters: { west: [address], east: [] } };
      return (await publishName(designateZone(settings()), wanted, signal())).ttlBefore;
    };
    expect(await change("192.0.2.1")).toBe(60);
    for (const [id, set] of cloud.sets) {
      cloud.sets.set(id, { ...set, ttl: null });
    }
    expect(await change("192.0.2.4")).toBe(3600);
  });

  it("is signed in to by a user's password too, and anew where a token has ended", async () => {
    const credentials = {
      kind: "password",
      username: "isthmus",
      userDomain: "Default",
      password: new Secret("s3cret"),
      project: "shop",
      projectDomain: "Default",
    } as const;
    const zone = designateZone(settings({ credentials }));
    expect(await zone.probe(signal())).toEqual({ serial: 1404757531 });
    cloud.forgetTokens();
    expect(await zone.probe(signal())).toEqual({ serial: 1404757531 });
    expect(cloud.requests.filter((one) => one.startsWith("POST"))).toHaveLength(2);
  });

  it("may have many sets that a wildcard name fits, over pages", async () => {
    ["a", "b", "c", "d", "*"].forEach((label) => put("A", ["192.0.2.8"], `${label}.example.test.`));
    const sets = await designateZone(settings()).read([{ name: "*.example.test", type: "A" }], signal());
    expect(sets.map((one) => one.name)).toEqual(["*.example.test"]);
  });

  it("keeps what others have: refused with the reason", async () => {
    put("A", ["192.0.2.9"]);
    expect(await publish({ west: ["192.0.2.1"] })).toMatch(/^ISM635 .* has 192\.0\.2\.9, and no owner record/);
    cloud.sets.clear();
    put("CNAME", ["Elsewhere.test."]);
    expect(await publish({ west: ["192.0.2.1"] })).toMatch(/^ISM635 .* is an alias \(CNAME\) of elsewhere\.test/);
    expect(stored()).toEqual(["CNAME app.example.test. Elsewhere.test."]);
  });

  it("loses no wish of five writers at once, each of which takes its turn", async () => {
    const clusters = ["a", "b", "c", "d", "e"];
    for (let round = 1; round <= 2; round += 1) {
      const wishOf = (index: number): readonly string[] => [`192.0.2.${round * 10 + index}`];
      const others = Object.fromEntries(clusters.map((one) => [one, "keep"] as const));
      const all = clusters.map(async (one, index) => await publish({ ...others, [one]: wishOf(index) }));
      for (const line of await Promise.all(all)) {
        expect(line).toMatch(/^changed/);
      }
      const addresses = clusters.flatMap((_one, index) => wishOf(index));
      expect(stored()[0]).toBe(`A app.example.test. ${addresses.join(" ")}`);
      expect(stored()).toHaveLength(7);
    }
  });

  it.each([1, 2, 3, 4, 5, 6])("is put right by the next run where a writer died after %i writes", async (writes) => {
    await publish({ west: ["192.0.2.1"], east: ["192.0.2.2"] });
    cloud.breakAfterWrites(writes);
    const dying = await publish({ west: ["192.0.2.3"], east: [] });
    cloud.breakAfterWrites(Infinity);
    expect(dying).toMatch(/^ISM631 .* gave no whole answer/);
    expect(stored().some((one) => one.startsWith("TXT _isthmus-lock"))).toBe(true);
    ageLocks();
    expect(await publish({ west: ["192.0.2.3"], east: [] })).toMatch(/^\w+ 192\.0\.2\.3$/);
    expect(stored().filter((one) => !one.includes("isthmus-lock"))).toEqual([
      "A app.example.test. 192.0.2.3",
      'TXT _isthmus.app.example.test. "heritage=isthmus,mesh=shop,cluster=west"',
      'TXT west._isthmus.app.example.test. "heritage=isthmus,mesh=shop,cluster=west,addresses=192.0.2.3"',
    ]);
  });

  it("passes over a writer that died in its turn", async () => {
    put("TXT", ['"heritage=isthmus-lock"'], "_isthmus-lock.example.test.");
    expect(await publish({ west: ["192.0.2.1"] })).toBe("changed 192.0.2.1");
    expect(stored().some((one) => one.includes("_isthmus-lock"))).toBe(false);
  });
});

it("leaves no lock where Ctrl-C comes while it is made", async () => {
  const stop = new AbortController();
  const left = new Error("interrupted");
  cloud.onRequest((line) => {
    if (line.startsWith("POST") && line.endsWith("/recordsets")) {
      stop.abort(left);
    }
  });
  const update = { prerequisites: [], deletes: [], adds: [] };
  const adds = [{ name, type: "A", value: "192.0.2.1", ttlSeconds: 60 }] as const;
  await expect(designateZone(settings()).update({ ...update, adds }, stop.signal)).rejects.toBe(left);
  expect(stored()).toEqual([]);
});

describe("what is wrong with a cloud", () => {
  it.each<readonly [what: string, change: () => Partial<DesignateSettings>, line: RegExp]>([
    [
      "a wrong secret",
      () => ({ credentials: { ...application, secret: new Secret("other") } }),
      /^ISM632 Keystone at .* does not sign in the application credential app1: HTTP 401, The request/,
    ],
    [
      "no zone",
      () => ({ zone: "other.test" }),
      /^ISM634 Designate at .* cannot write the zone other\.test\.: the project has no zone of that name/,
    ],
    [
      "no such region",
      () => ({ region: "three" }),
      /^ISM634 The catalog .* in one, two, and not exactly one of them is in three/,
    ],
    ["another server", () => ({ authUrl: `${cloud.authUrl}/nothing` }), /^ISM63[12] /],
    ["nobody there", () => ({ authUrl: "http://127.0.0.1:1" }), /^ISM630 http:\/\/127\.0\.0\.1:1 cannot be reached/],
  ])("is said: %s", async (_what, change, line) => {
    const said = await publish({ west: ["192.0.2.1"] }, change());
    expect(said).toMatch(line);
    expect(said).not.toContain("s3cret");
  });

  it.each([
    [403, /^ISM633 Designate refuses to make the TXT records of .*: HTTP 403/],
    [413, /^ISM633 /],
    [400, /^ISM633 /],
  ])("is said where a change is answered by %i", async (status, line) => {
    cloud.failNext(/^POST .*recordsets/, status);
    expect(await publish({ west: ["192.0.2.1"] })).toMatch(line);
  });

  it("is got over where it passes", async () => {
    cloud.failNext(/^PUT|^POST .*recordsets/, 503);
    expect(await publish({ west: ["192.0.2.1"] })).toBe("changed 192.0.2.1");
  });
});
