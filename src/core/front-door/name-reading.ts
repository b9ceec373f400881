import {
  isInZone,
  type DnsPrerequisite,
  type DnsQuestion,
  type DnsRecordSet,
  type DnsRecordType,
} from "./dns-records.ts";
import { externalDnsNames } from "./external-dns-owner.ts";
import { indexName, ownerName, readOwner } from "./owner-records.ts";
import type { WantedName } from "./wanted-name.ts";

/** What was asked about a name, and the sets that exist of it. */
export interface NameReading {
  readonly zone: string;
  readonly questions: readonly DnsQuestion[];
  readonly sets: readonly DnsRecordSet[];
}

/** The set of that name and type, or undefined. */
export function setOf(reading: Pick<NameReading, "sets">, name: string, type: DnsRecordType): DnsRecordSet | undefined {
  return reading.sets.find((one) => one.name === name && one.type === type);
}

/**
 * What has to be known about a name before it is changed; the owners of its list come in a second round. Nothing of a
 * name outside of the zone, where the server knows nothing.
 */
export function questionsOf(wanted: WantedName, zone: string): readonly DnsQuestion[] {
  const { name } = wanted;
  if (!isInZone(name, zone)) {
    return [];
  }
  return [
    { name, type: "A" },
    { name, type: "AAAA" },
    { name, type: "CNAME" },
    { name: indexName(name), type: "TXT" },
    ...Object.keys(wanted.clusters).map((cluster) => ({ name: ownerName(cluster, name), type: "TXT" as const })),
    ...externalDnsNames(name, zone, wanted.externalDns).map((one) => ({ name: one, type: "TXT" as const })),
  ];
}

/** The owner records that the list of owners names and that were not asked for. */
export function furtherQuestions(wanted: WantedName, reading: NameReading): readonly DnsQuestion[] {
  const listed = setOf(reading, indexName(wanted.name), "TXT")?.values.flatMap((value) => readOwner(value) ?? []) ?? [];
  const names = new Set(listed.map(({ cluster }) => ownerName(cluster, wanted.name)));
  return [...names]
    .filter((name) => !reading.questions.some((one) => one.name === name && one.type === "TXT"))
    .map((name) => ({ name, type: "TXT" }));
}

/**
 * The prerequisites under which a decision stays right: what was read of the name and of its owners is still so,
 * and no other program has made an owner record since.
 */
export function stillAsRead(wanted: WantedName, reading: NameReading): readonly DnsPrerequisite[] {
  const index = indexName(wanted.name);
  const isOurs = ({ name, type }: DnsQuestion): boolean =>
    type !== "TXT" || name === index || name.endsWith(`.${index}`);
  return reading.questions.flatMap((question): readonly DnsPrerequisite[] => {
    const { name, type } = question;
    const set = setOf(reading, name, type);
    if (set === undefined) {
      return [{ kind: "absent", name, type }];
    }
    return isOurs(question) ? [{ kind: "equals", name, type, values: set.values }] : [];
  });
}
