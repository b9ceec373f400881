import type { DnsQuestion, DnsRecordSet, DnsRecordType } from "../../../core/front-door/dns-records.ts";
import { sameMembers } from "../same-members.ts";
import { recordTypes } from "./wire/codes.ts";
import type { ReadMessage } from "./wire/message.ts";
import { decodeData } from "./wire/rdata.ts";

export interface ZoneReader {
  /** An answer to each question, none of them a refusal. */
  readonly query: (questions: readonly DnsQuestion[]) => Promise<readonly ReadMessage[]>;
  /** Whether the set is really in the zone. */
  readonly exists: (question: DnsQuestion) => Promise<boolean>;
}

/**
 * The sets that a zone has at these names. An answer may be what a wildcard makes up for a name that is not there
 * (RFC 4592), and looks the same; where a wildcard of the zone has the same records, the server is asked by a
 * prerequisite, which wildcards do not meet.
 */
export async function readSets(
  zone: string,
  questions: readonly DnsQuestion[],
  reader: ZoneReader,
): Promise<readonly DnsRecordSet[]> {
  const found = unique(await setsAt(questions, reader));
  const wildcards = unique(
    found.flatMap(({ name, type }) => wildcardsAbove(name, zone).map((one) => ({ name: one, type }))),
  );
  const made = await setsAt(wildcards, reader);
  const real: DnsRecordSet[] = [];
  for (const set of found) {
    const above = wildcardsAbove(set.name, zone);
    const twin = made.some(
      (one) => one.type === set.type && above.includes(one.name) && sameMembers(one.values, set.values),
    );
    if (!twin || (await reader.exists(set))) {
      real.push(set);
    }
  }
  return real;
}

async function setsAt(questions: readonly DnsQuestion[], reader: ZoneReader): Promise<readonly DnsRecordSet[]> {
  const messages = questions.length === 0 ? [] : await reader.query(questions);
  return messages.flatMap((message, index) => {
    const question = questions[index];
    const types = question === undefined ? [] : [...new Set([question.type, "CNAME" as const])];
    return types.flatMap((type) => setIn(message, question?.name ?? "", type) ?? []);
  });
}

function setIn(message: ReadMessage, name: string, type: DnsRecordType): DnsRecordSet | undefined {
  const records = message.answers.filter((one) => one.name === name && one.type === recordTypes[type]);
  const [first] = records;
  return first === undefined
    ? undefined
    : { name, type, ttlSeconds: first.ttl, values: records.map((one) => decodeData(type, one, message)) };
}

/** The wildcards of the zone that may answer for a name: at each name above it, but not itself. */
function wildcardsAbove(name: string, zone: string): readonly string[] {
  const labels = name.split(".");
  const count = labels.length - (zone === "" ? 0 : zone.split(".").length);
  return Array.from({ length: Math.max(0, count) }, (_, index) => `*.${labels.slice(index + 1).join(".")}`).filter(
    (one) => one !== name,
  );
}

function unique<T extends DnsQuestion>(all: readonly T[]): readonly T[] {
  return [...new Map(all.map((one) => [`${one.type} ${one.name}`, one])).values()];
}
