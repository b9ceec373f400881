import { setTimeout as pause } from "node:timers/promises";
import { errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { DnsUpdate } from "../../core/front-door/dns-records.ts";
import { isInZone } from "../../core/front-door/dns-records.ts";
import { txtValue } from "../../core/front-door/txt-value.ts";
import { letEnd } from "../../kube/let-end.ts";
import type { ProofPublisher, ProofRecord } from "../../providers/acme/order.ts";
import type { DnsZone } from "../../providers/dns/dns-provider.ts";
import type { NameServer } from "./name-servers.ts";
import { findNameServers, textsAt } from "./name-servers.ts";

/** Short: the records are needed for seconds, and a resolver that keeps an old answer fails the proof. */
const ttlSeconds = 60;
const [lookEveryMs, longestMs, longestOfOthersMs, withdrawMs] = [500, 120_000, 60_000, 30_000];
const mostWrites = 5;

/** How the servers are found that the world asks for a zone. */
export type FindNameServers = (zone: string, signal: AbortSignal) => Promise<readonly NameServer[]>;

/**
 * Writes the records of proofs into a zone, by value: other orders at the same
 * names keep theirs. They are served when the zone's own server answers with
 * them, and every server that the zone is delegated to and that answers this
 * machine: an authority asks any of those. Of these one may see another world than the
 * authority does (split DNS), so that after a minute they are only warned of. `onWarning` gets what does not stop an order.
 */
export function dnsProofs(
  zone: DnsZone,
  onWarning: (warning: Diagnostic) => void,
  find: FindNameServers = findNameServers,
): ProofPublisher {
  // What a server refused is not there to be taken away.
  let isWritten = false;
  return {
    async publish(records, signal) {
      const outside = records.find(({ name }) => !isInZone(name, zone.name));
      if (outside !== undefined) {
        throw unseen(`${outside.name} is not in the zone ${zone.name}.`, "Use hosts of the zone of spec.dns.");
      }
      // At an alias there are servers that refuse, as for a wrong key, and servers that do nothing.
      const prerequisites = namesOf(records).map((name) => ({ kind: "absent", name, type: "CNAME" }) as const);
      const adds = records.map(recordOf);
      try {
        await letEnd(signal, async (late) =>
          write(zone, { prerequisites, deletes: [], adds }, late, async () => missingIn(zone, records, late)),
        );
      } catch (error) {
        isWritten ||= !isRefusal(error);
        throw error;
      }
      isWritten = true;
      await untilServed(zone, { records, find, onWarning }, signal);
    },
    async withdraw(records) {
      if (!isWritten) {
        return;
      }
      try {
        // Also after a Ctrl-C: nobody else takes them away.
        const signal = AbortSignal.timeout(withdrawMs);
        await write(zone, { prerequisites: [], deletes: records.map(valueOf), adds: [] }, signal);
      } catch (error) {
        const names = namesOf(records).join(", ");
        onWarning({
          ...warningOf("ISM664"),
          detail: `The TXT records of the proof at ${names} could not be taken away: ${(error as Error).message.replace(/\.$/, "")}. They prove nothing any more and stay in the zone.`,
          fix: `Delete the TXT records at ${names} when the zone's server takes changes again.`,
        });
      }
    },
  };
}

/** True where the server has said that it does not take the change; without an answer nobody knows. */
function isRefusal(error: unknown): boolean {
  return error instanceof UserError && error.diagnostics.every(({ code }) => code === "ISM632");
}

/** Where somebody else has changed the names meanwhile, the same change is asked for again, unless `look` throws. */
async function write(
  zone: DnsZone,
  update: DnsUpdate,
  signal: AbortSignal,
  look: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  for (let tried = 1; (await zone.update(update, signal)) !== "done"; tried += 1) {
    await look();
    if (tried === mostWrites) {
      const names = [...new Set([...update.adds, ...update.deletes].map(({ name }) => name))].join(", ");
      throw unseen(
        `Others changed ${names} at ${zone.where} each of the ${mostWrites} times that isthmus was about to.`,
        "Run the command again when nobody else orders certificates for these names.",
      );
    }
  }
}

/** Until all servers of the zone answer with all records; throws where its own does not within two minutes, or an alias is there. */
async function untilServed(zone: DnsZone, { records, find, onWarning }: Serving, signal: AbortSignal): Promise<void> {
  const started = Date.now();
  const servers = await find(zone.name, signal);
  for (;;) {
    const own = await missingIn(zone, records, signal);
    const behind = own ?? (await missingAt(servers, records, signal));
    const waited = Date.now() - started;
    if (behind === undefined) {
      return;
    }
    const detail = `${zone.where} took the TXT record at ${namesOf(behind.records).join(", ")}, and ${behind.where} has not answered with it for ${Math.round(waited / 1000)} s.`;
    if (own === undefined && waited > longestOfOthersMs) {
      onWarning({
        ...warningOf("ISM664"),
        detail: `${detail} The ACME server is asked to look all the same.`,
        fix: secondaryFix,
      });
      return;
    }
    if (waited > longestMs) {
      const fix =
        "See why the server does not serve what it has taken (its log names the zone), then run the command again.";
      throw unseen(`${detail} The ACME server was not asked to look.`, fix);
    }
    await pause(lookEveryMs, undefined, { signal });
  }
}

const secondaryFix =
  "Where the order fails too: see why that server does not follow (NOTIFY, transfer). Where this machine sees another view of the zone than the world, nothing.";

interface Serving {
  readonly records: readonly ProofRecord[];
  readonly find: FindNameServers;
  readonly onWarning: (warning: Diagnostic) => void;
}

interface Behind {
  readonly where: string;
  readonly records: readonly ProofRecord[];
}

/** What the server that is written to does not show yet; throws where an alias stands in the way. */
async function missingIn(
  zone: DnsZone,
  records: readonly ProofRecord[],
  signal: AbortSignal,
): Promise<Behind | undefined> {
  const sets = await zone.read(
    namesOf(records).map((name) => ({ name, type: "TXT" as const })),
    signal,
  );
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
  return missing.length === 0 ? undefined : { where: "it", records: missing };
}

/** The same of the servers that the world asks; one that does not answer this machine decides nothing. */
async function missingAt(
  servers: readonly NameServer[],
  records: readonly ProofRecord[],
  signal: AbortSignal,
): Promise<Behind | undefined> {
  const all = await Promise.all(
    servers.map(async (server): Promise<readonly Behind[]> => {
      const seen = new Map(
        await Promise.all(namesOf(records).map(async (name) => [name, await textsAt(server, name, signal)] as const)),
      );
      const missing = records.filter(({ name, value }) => seen.get(name)?.includes(value) === false);
      return missing.length === 0 ? [] : [{ where: server.name, records: missing }];
    }),
  );
  return all.flat()[0];
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
