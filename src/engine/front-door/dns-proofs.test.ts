import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { DnsUpdate } from "../../core/front-door/dns-records.ts";
import { txtValue } from "../../core/front-door/txt-value.ts";
import type { DnsZone } from "../../providers/dns/dns-provider.ts";
import { dnsProofs } from "./dns-proofs.ts";
import { findNameServers } from "./name-servers.ts";

const record = { name: "_acme-challenge.a.example.test", value: "digest" };
const signal = new AbortController().signal;
const nowhere = async () => [];

/** A zone that answers so to each change in turn, and shows the record. */
function zoneOf(answers: readonly ("done" | "changed-meanwhile")[]) {
  const updates: DnsUpdate[] = [];
  const zone: DnsZone = {
    name: "example.test",
    where: "192.0.2.53:53",
    consistency: "read-back",
    probe: async () => ({}),
    read: async () => [{ name: record.name, type: "TXT", ttlSeconds: 60, values: [txtValue(record.value)] }],
    update: async (update) => {
      updates.push(update);
      return answers[updates.length - 1] ?? "changed-meanwhile";
    },
  };
  return { zone, updates };
}

it("asks again for a change that others were in the way of", async () => {
  const { zone, updates } = zoneOf(["changed-meanwhile", "changed-meanwhile", "done"]);
  await dnsProofs(zone, () => expect.fail("nothing to warn of"), nowhere).publish([record], signal);
  expect(updates).toHaveLength(3);
});

it("says that a record was not written, or stays, where others are always in the way", async () => {
  const { zone, updates } = zoneOf([]);
  const warnings: Diagnostic[] = [];
  const proofs = dnsProofs(zone, (one) => warnings.push(one), nowhere);
  await expect(proofs.publish([record], signal)).rejects.toThrow("Others changed _acme-challenge.a.example.test");
  expect(updates).toHaveLength(5);
  await proofs.withdraw([record]);
  expect(warnings.map(({ code, severity }) => [code, severity])).toEqual([["ISM664", "warning"]]);
});

it("takes a record away that was on its way at the interruption, when it has arrived", async () => {
  const stop = new AbortController();
  const left = new Error("interrupted");
  const arrived: string[] = [];
  const zone: DnsZone = {
    ...zoneOf([]).zone,
    update: async ({ adds }, until) => {
      if (adds.length > 0) {
        stop.abort(left);
        await pause(50, undefined, { signal: until });
      }
      arrived.push(adds.length > 0 ? "written" : "taken away");
      return "done";
    },
  };
  const proofs = dnsProofs(
    zone,
    () => expect.fail("nothing to warn of"),
    async (_, until) => {
      until.throwIfAborted();
      return [];
    },
  );
  await expect(proofs.publish([record], stop.signal)).rejects.toBe(left);
  await proofs.withdraw([record]);
  expect(arrived).toEqual(["written", "taken away"]);
});

it("looks for no server of a zone that nobody has on the internet", async () => {
  expect(await findNameServers("example.test", signal)).toEqual([]);
});
