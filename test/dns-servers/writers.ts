import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "../../src/core/diagnostics/user-error.ts";
import { indexName, ownerName, readClaim, readOwner } from "../../src/core/front-door/owner-records.ts";
import type { WantedName } from "../../src/core/front-door/wanted-name.ts";
import { publishName } from "../../src/providers/dns/publish-name.ts";
import type { RunningServer } from "./dns-server.ts";
import { transferZone } from "./transfer.ts";

/** A writer that publishes one cluster of a mesh; the other clusters of it are other writers' to know. */
interface Writer {
  readonly mesh: string;
  readonly cluster: string;
  /** What it asked for last and was told is done; more than one where it was stopped before it was told. */
  possible: readonly (readonly string[])[];
}

export interface WritersOptions {
  readonly server: RunningServer;
  readonly name: string;
  readonly rounds: number;
  readonly seed: number;
  /** After how many rounds the server loses its power once, in the middle of one. */
  readonly crashEvery?: number;
}

export interface WritersResult {
  readonly changed: number;
  readonly stopped: number;
  readonly refused: number;
  readonly views: number;
}

/**
 * Five writers of one name, of two meshes, each with a random wish in each round, all at once, and some are stopped in
 * the middle. Meanwhile the zone is seen whole, again and again. Throws where the addresses are not the union of the
 * owners', where a writer's wish is lost, or a foreign record is not as it was; the seed is in the message.
 */
export async function letWritersWrite(options: WritersOptions): Promise<WritersResult> {
  const { server, name, rounds, seed } = options;
  const random = randomFrom(seed);
  const writers: readonly Writer[] = ["a", "b", "c", "d", "e"].map((cluster, index) => ({
    mesh: index < 3 ? "one" : "two",
    cluster,
    possible: [[]],
  }));
  const foreign = await writeForeign(server, name);
  const result = { changed: 0, stopped: 0, refused: 0, views: 0 };
  for (let round = 1; round <= rounds; round += 1) {
    const place = `seed ${seed}, round ${round}`;
    const isCrash = options.crashEvery !== undefined && round % options.crashEvery === 0;
    let isOver = false;
    const all = Promise.all(writers.map(async (one) => await write(one))).finally(() => (isOver = true));
    const meanwhile = isCrash ? pause(random() * 20).then(async () => await server.restart()) : watch(() => isOver);
    await Promise.all([all, meanwhile]);
    expectAllKept(await view(place), writers, place);
  }
  return result;

  async function watch(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await view(`seed ${seed}, in the middle`);
      await pause(10);
    }
  }

  async function view(place: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const sets = await transferZone(server.port, "example.test");
    result.views += 1;
    expectUnion(sets, name, place);
    for (const [key, values] of foreign) {
      same(sets.get(key), values, `${place}: the foreign records ${key}`);
    }
    return sets;
  }

  async function write(writer: Writer): Promise<void> {
    await pause(random() * 8);
    const addresses = random() < 0.2 ? [] : wishes(random);
    const end = random() < 0.25 ? AbortSignal.timeout(Math.ceil(random() * 25)) : AbortSignal.timeout(60_000);
    try {
      await publishName(server.zone(), wantedBy(writer, addresses), end);
      writer.possible = [addresses];
      result.changed += 1;
    } catch (error) {
      const codes = error instanceof UserError ? error.diagnostics.map((one) => one.code) : [];
      if (codes.includes("ISM636")) {
        // It would have been the last one.
        result.refused += 1;
      } else if (end.aborted || codes.some((code) => code === "ISM630" || code === "ISM631")) {
        writer.possible = [...writer.possible, addresses];
        result.stopped += 1;
      } else {
        throw error;
      }
    }
  }

  function wantedBy(writer: Writer, addresses: readonly string[]): WantedName {
    const others = writers.filter((one) => one.mesh === writer.mesh && one !== writer);
    const kept = others.map((one) => [one.cluster, "keep"] as const);
    const clusters = { ...Object.fromEntries(kept), [writer.cluster]: addresses };
    return { name, mesh: writer.mesh, ttlSeconds: 60, clusters };
  }
}

/** Records of others: at the name itself, beside it, and beside the owner records. */
async function writeForeign(server: RunningServer, name: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const others = [
    { name, type: "TXT", value: '"v=spf1 -all"' },
    { name: `www.${name}`, type: "A", value: "198.51.100.1" },
    { name: `other._isthmus-not.${name}`, type: "TXT", value: '"heritage=isthmus,mesh=x"' },
  ] as const;
  const adds = others.map((one) => ({ ...one, ttlSeconds: 77 }));
  await server.zone().update({ prerequisites: [], deletes: [], adds }, AbortSignal.timeout(10_000));
  return new Map(others.map((one) => [`${one.type} ${one.name}`, [one.value]]));
}

function expectUnion(sets: ReadonlyMap<string, readonly string[]>, name: string, place: string): void {
  const owners = (sets.get(`TXT ${indexName(name)}`) ?? []).flatMap((value) => readOwner(value)?.cluster ?? []);
  const claims = owners.flatMap((cluster) => sets.get(`TXT ${ownerName(cluster, name)}`) ?? ["nothing"]);
  const claimed = claims.flatMap((value) => readClaim(value)?.addresses ?? [`?${value}`]);
  const there = [...(sets.get(`A ${name}`) ?? []), ...(sets.get(`AAAA ${name}`) ?? [])];
  same(there, [...new Set(claimed)], `${place}: the addresses`);
  const below = `.${indexName(name)}`;
  const records = [...sets.keys()].filter((key) => key.endsWith(below));
  same(
    records,
    owners.map((cluster) => `TXT ${ownerName(cluster, name)}`),
    `${place}: the owner records`,
  );
}

function expectAllKept(sets: ReadonlyMap<string, readonly string[]>, writers: readonly Writer[], place: string): void {
  for (const writer of writers) {
    const owner = [...sets.keys()].find((key) => key.startsWith(`TXT ${writer.cluster}._isthmus.`));
    const claim = owner === undefined ? undefined : readClaim(sets.get(owner)?.[0] ?? "");
    const now = claim?.addresses ?? [];
    const matching = writer.possible.find((one) => String(one) === String(now));
    if (matching === undefined) {
      throw new Error(
        `${place}: ${writer.cluster} has ${String(now)}, and asked for ${JSON.stringify(writer.possible)}`,
      );
    }
    writer.possible = [matching];
  }
}

function wishes(random: () => number): readonly string[] {
  const pool = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "2001:db8::1", "2001:db8::2"];
  return pool.filter(() => random() < 0.4).toSorted();
}

function same(now: readonly string[] | undefined, wanted: readonly string[], what: string): void {
  const [some, others] = [now ?? [], wanted].map((one) => JSON.stringify(one.toSorted()));
  if (some !== others) {
    throw new Error(`${what} are ${some}, and should be ${others}`);
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
