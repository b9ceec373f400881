import { setTimeout as pause } from "node:timers/promises";
import { errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { isInZone } from "../../core/front-door/dns-records.ts";
import { txtValue } from "../../core/front-door/txt-value.ts";
import type { ProofPublisher, ProofRecord } from "../../providers/acme/order.ts";
import type { DnsZone } from "../../providers/dns/dns-provider.ts";

/** Short: the records are needed for seconds, and a resolver that keeps an old answer fails the proof. */
const ttlSeconds = 60;
const [lookEveryMs, longestMs, withdrawMs] = [500, 120_000, 30_000];

/**
 * Writes the records of proofs into a zone, by value: other orders at the same
 * names keep theirs. `onWarning` gets what does not stop an order.
 */
export function dnsProofs(zone: DnsZone, onWarning: (warning: Diagnostic) => void): ProofPublisher {
  return {
    async publish(records, signal) {
      const outside = records.find(({ name }) => !isInZone(name, zone.name));
      if (outside !== undefined) {
        throw unseen(`${outside.name} is not in the zone ${zone.name}.`, "Use hosts of the zone of spec.dns.");
      }
      // At an alias there are servers that refuse, as for a wrong key, and servers that do nothing; `untilServed` says it.
      const prerequisites = namesOf(records).map((name) => ({ kind: "absent", name, type: "CNAME" }) as const);
      await zone.update({ prerequisites, deletes: [], adds: records.map(recordOf) }, signal);
      await untilServed(zone, records, signal);
    },
    async withdraw(records) {
      try {
        // Also after a Ctrl-C: nobody else takes them away.
        const signal = AbortSignal.timeout(withdrawMs);
        await zone.update({ prerequisites: [], deletes: records.map(valueOf), adds: [] }, signal);
      } catch (error) {
        const names = namesOf(records).join(", ");
        onWarning({
          ...warningOf("ISM664"),
          detail: `The TXT records of the proof at ${names} could not be taken away: ${(error as Error).message}. They prove nothing any more and stay in the zone.`,
          fix: `Delete the TXT records at ${names} when the zone's server takes changes again.`,
        });
      }
    },
  };
}

/** Until the zone's server answers with all of them; throws where it does not within two minutes, or an alias is there. */
async function untilServed(zone: DnsZone, records: readonly ProofRecord[], signal: AbortSignal): Promise<void> {
  const questions = namesOf(records).map((name) => ({ name, type: "TXT" as const }));
  const started = Date.now();
  for (;;) {
    const sets = await zone.read(questions, signal);
    const alias = sets.find(({ type }) => type === "CNAME");
    if (alias !== undefined) {
      throw unseen(
        `${alias.name} is an alias of ${alias.values.join(", ")}, so that no TXT record can stand there.`,
        `Delete the CNAME at ${alias.name}, or order these names with an issuer with acme whose dns01 settings follow it (cnameStrategy).`,
      );
    }
    const missing = records.filter(
      ({ name, value }) => !sets.some((set) => set.name === name && set.values.includes(txtValue(value))),
    );
    if (missing.length === 0) {
      return;
    }
    if (Date.now() - started > longestMs) {
      throw unseen(
        `${zone.where} took the TXT record at ${namesOf(missing).join(", ")} and has not answered with it for two minutes. The ACME server was not asked to look.`,
        "See why the server does not serve what it has taken (its log names the zone), then run the command again.",
      );
    }
    await pause(lookEveryMs, undefined, { signal });
  }
}

function namesOf(records: readonly ProofRecord[]): readonly string[] {
  return [...new Set(records.map(({ name }) => name))];
}

function valueOf({ name, value }: ProofRecord) {
  return { name, type: "TXT", value: txtValue(value) } as const;
}

function recordOf(record: ProofRecord) {
  return { ...valueOf(record), ttlSeconds };
}

function unseen(detail: string, fix: string): UserError {
  return new UserError([{ ...errorOf("ISM664"), detail, fix }], exitCodes.failed);
}
