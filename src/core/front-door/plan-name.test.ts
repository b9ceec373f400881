import { Buffer } from "node:buffer";
import { createCipheriv } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { DnsRecordSet, DnsUpdate } from "./dns-records.ts";
import { furtherQuestions, questionsOf, type NameReading } from "./name-reading.ts";
import { planName } from "./plan-name.ts";
import type { WantedName } from "./wanted-name.ts";

const zone = "example.test";
const name = "app.example.test";

/** What is read of a zone with these sets. */
function readingOf(wanted: WantedName, sets: readonly DnsRecordSet[]): NameReading {
  const questions = questionsOf(wanted, zone);
  const take = (asked: typeof questions): readonly DnsRecordSet[] =>
    sets.filter((set) => asked.some((one) => one.name === set.name && one.type === set.type));
  const first = { zone, questions, sets: take(questions) };
  const more = furtherQuestions(wanted, first);
  return { zone, questions: [...questions, ...more], sets: [...first.sets, ...take(more)] };
}

/** A zone after an update, as RFC 2136 has it: deletes, then adds, each set with one TTL. */
function after(sets: readonly DnsRecordSet[], update: DnsUpdate): readonly DnsRecordSet[] {
  const left = sets.map((set) => ({
    ...set,
    values: set.values.filter(
      (value) => !update.deletes.some((one) => one.name === set.name && one.type === set.type && one.value === value),
    ),
  }));
  let all: readonly DnsRecordSet[] = left.filter((one) => one.values.length > 0);
  for (const { name, type, value, ttlSeconds } of update.adds) {
    const set = all.find((one) => one.name === name && one.type === type);
    const others = all.filter((one) => one !== set);
    const values = [...new Set([...(set?.values ?? []), value])];
    all = [...others, { name, type, ttlSeconds, values }];
  }
  return all;
}

const address = fc.constantFrom("192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2");
const cluster = fc.oneof(
  { weight: 4, arbitrary: fc.uniqueArray(address, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant("keep" as const) },
);
const wish = fc.record({
  name: fc.constant(name),
  mesh: fc.constantFrom("one", "two"),
  ttlSeconds: fc.constantFrom(30, 60),
  mayBeEmpty: fc.boolean(),
  mine: fc.dictionary(fc.constantFrom("a", "b", "c"), cluster),
});

/** Each mesh has clusters of its own names. */
function wantedBy({ mine, ...rest }: Omit<WantedName, "clusters"> & { mine: WantedName["clusters"] }): WantedName {
  const clusters = Object.entries(mine).map(([cluster, addresses]) => [`${cluster}-${rest.mesh}`, addresses] as const);
  return { ...rest, clusters: Object.fromEntries(clusters) };
}

it("leads to what is wanted in one change, keeps the share of others, and is done then", () => {
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 8 }), (wishes) => {
      let sets: readonly DnsRecordSet[] = [];
      for (const one of wishes) {
        const wanted = wantedBy(one);
        const plan = planName(wanted, readingOf(wanted, sets));
        if (plan.kind === "refused") {
          expect(plan.reasons.map((reason) => reason.code)).toEqual(["ISM636"]);
        }
        if (plan.kind === "update") {
          sets = after(sets, plan.update);
          expect(planName(wanted, readingOf(wanted, sets)).kind).toBe("unchanged");
          expectUnion(sets, plan.after.addresses);
        }
      }
    }),
  );
});

function expectUnion(sets: readonly DnsRecordSet[], addresses: readonly string[]): void {
  const there = sets.filter((one) => one.name === name).flatMap((one) => one.values);
  const claimed = sets
    .filter((one) => one.name.endsWith(`._isthmus.${name}`))
    .flatMap((one) => /addresses=([^"]+)/.exec(one.values[0] ?? "")?.[1]?.split("+") ?? []);
  expect(there.toSorted()).toEqual(addresses);
  expect([...new Set(claimed)].toSorted()).toEqual(addresses);
}

it("names all that it was decided by as what has to be so still", () => {
  const wanted: WantedName = { name, mesh: "one", ttlSeconds: 60, clusters: { west: ["192.0.2.1"] } };
  const sets: readonly DnsRecordSet[] = [
    { name, type: "A", ttlSeconds: 60, values: ["192.0.2.2"] },
    { name, type: "TXT", ttlSeconds: 60, values: ['"v=spf1 -all"'] },
    { name: `_isthmus.${name}`, type: "TXT", ttlSeconds: 60, values: ['"heritage=isthmus,mesh=one,cluster=east"'] },
    {
      name: `east._isthmus.${name}`,
      type: "TXT",
      ttlSeconds: 60,
      values: ['"heritage=isthmus,mesh=one,cluster=east,addresses=192.0.2.2"'],
    },
  ];
  const plan = planName({ ...wanted, clusters: { ...wanted.clusters, east: "keep" } }, readingOf(wanted, sets));
  const texts = plan.kind === "update" ? plan.update.prerequisites.map(describe) : [];
  expect(texts.toSorted()).toEqual([
    "absent AAAA app.example.test",
    "absent CNAME app.example.test",
    "absent TXT a-app.example.test",
    "absent TXT aaaa-app.example.test",
    "absent TXT cname-app.example.test",
    "absent TXT west._isthmus.app.example.test",
    "equals A app.example.test",
    "equals TXT _isthmus.app.example.test",
    "equals TXT east._isthmus.app.example.test",
  ]);
});

function describe({ kind, type, name }: DnsUpdate["prerequisites"][number]): string {
  return `${kind} ${type} ${name}`;
}

const byHand: DnsRecordSet = { name, type: "A", ttlSeconds: 60, values: ["192.0.2.9"] };

/** The records of east with this address, beside one that somebody has written by hand. */
function besideByHand(east: string): readonly DnsRecordSet[] {
  return [
    { ...byHand, values: ["192.0.2.9", east] },
    { name: `_isthmus.${name}`, type: "TXT", ttlSeconds: 60, values: ['"heritage=isthmus,mesh=one,cluster=east"'] },
    {
      name: `east._isthmus.${name}`,
      type: "TXT",
      ttlSeconds: 60,
      values: [`"heritage=isthmus,mesh=one,cluster=east,addresses=${east}"`],
    },
  ];
}

it.each<readonly [string, WantedName["clusters"]]>([
  ["no cluster answers", { west: "keep", east: "keep" }],
  ["no cluster has an address", { west: [], east: [] }],
])("keeps a record made by hand that is to be adopted while %s", (_, clusters) => {
  const wanted: WantedName = { name, mesh: "one", ttlSeconds: 60, adopt: true, clusters };
  expect(planName(wanted, readingOf(wanted, [byHand])).kind).not.toBe("update");
  const later = { ...wanted, clusters: { west: ["192.0.2.1"] } };
  const plan = planName(later, readingOf(later, [byHand]));
  expect(plan.kind === "update" ? plan.after.addresses : plan).toEqual(["192.0.2.1"]);
});

it("lets a cluster leave a set that somebody else writes too, in the same round in which another wants to join", () => {
  const wanted: WantedName = {
    name,
    mesh: "one",
    ttlSeconds: 60,
    clusters: { east: [], west: ["192.0.2.1"] },
  };
  const plan = planName(wanted, readingOf(wanted, besideByHand("192.0.2.2")));
  expect(plan.kind === "update" ? [plan.after.addresses, plan.left.length] : plan).toEqual([["192.0.2.9"], 1]);
  const joining: WantedName = { ...wanted, clusters: { east: "keep", west: ["192.0.2.1"] } };
  expect(planName(joining, readingOf(joining, besideByHand("192.0.2.2"))).kind).toBe("refused");
});

it("leaves a name to an external-dns whose owner records are encrypted, whatever may be adopted", () => {
  const cipher = createCipheriv("aes-256-gcm", Buffer.alloc(32, 1), Buffer.alloc(12, 2));
  const labels = gzipSync("heritage=external-dns,external-dns/owner=west");
  const sealed = Buffer.concat([Buffer.alloc(12, 2), cipher.update(labels), cipher.final(), cipher.getAuthTag()]);
  const wanted = { name, mesh: "one", ttlSeconds: 60, clusters: { east: ["192.0.2.1"] }, adopt: true };
  const there = { name, type: "A" as const, ttlSeconds: 60, values: ["192.0.2.9"] };
  const ownedBy = (at: string, text: string): readonly string[] => {
    const plan = planName(
      wanted,
      readingOf(wanted, [there, { name: at, type: "TXT", ttlSeconds: 60, values: [`"${text}"`] }]),
    );
    return plan.kind === "refused" ? plan.reasons.map(({ detail }) => detail) : [];
  };
  expect(ownedBy(`a-${name}`, sealed.toString("base64"))).toEqual([
    expect.stringContaining(
      "external-dns (owner unknown, since it is encrypted, by the TXT record a-app.example.test)",
    ),
  ]);
  expect(ownedBy(`a-${name}`, "c2hvcnQ=")).toEqual([]);
  expect(ownedBy(name, sealed.toString("base64"))).toEqual([]);
});
