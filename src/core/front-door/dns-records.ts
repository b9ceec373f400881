/** The types of records that isthmus reads; it writes A, AAAA and TXT. */
export type DnsRecordType = "A" | "AAAA" | "CNAME" | "TXT";

/**
 * A name and a type to ask for. Names are absolute, in lower case and without
 * the last dot (`app.example.test`, `*.app.example.test`), everywhere.
 */
export interface DnsQuestion {
  readonly name: string;
  readonly type: DnsRecordType;
}

/**
 * One record. Its value is the text of a zone file, in one spelling each:
 * `192.0.2.1`, `2001:db8::1`, `app.example.test` (CNAME), `"one text"` (TXT; made by `txtValue`).
 */
export interface DnsValue extends DnsQuestion {
  readonly value: string;
}

export interface DnsRecord extends DnsValue {
  readonly ttlSeconds: number;
}

/** All records of a name and a type, which DNS treats as one; at least one value. */
export interface DnsRecordSet extends DnsQuestion {
  readonly ttlSeconds: number;
  readonly values: readonly string[];
}

/** What must be true for an update to be done at all (RFC 2136, 2.4). */
export type DnsPrerequisite =
  /** The name has no record of the type. */
  | { readonly kind: "absent"; readonly name: string; readonly type: DnsRecordType }
  /** The name's set of the type is exactly this, in any order. */
  | {
      readonly kind: "equals";
      readonly name: string;
      readonly type: DnsRecordType;
      readonly values: readonly string[];
    };

/**
 * One change of a zone, done whole or not at all where the provider can.
 * Deletes come first: a value that is in both is there afterwards, with the new TTL.
 * Deleting a value that is not there is no error.
 */
export interface DnsUpdate {
  readonly prerequisites: readonly DnsPrerequisite[];
  readonly deletes: readonly DnsValue[];
  readonly adds: readonly DnsRecord[];
}

/** A name or zone as people and servers write it, in the form that names have here. */
export function dnsName(text: string): string {
  return text.toLowerCase().replace(/\.$/, "");
}

/** True when the name is the zone's own or below it. */
export function isInZone(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}
