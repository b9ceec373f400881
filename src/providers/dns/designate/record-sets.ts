import { addressValue } from "../../../core/front-door/dns-addresses.ts";
import { dnsName, type DnsRecordSet, type DnsRecordType } from "../../../core/front-door/dns-records.ts";
import { txtOfStrings, txtStrings } from "../../../core/front-door/txt-value.ts";
import { isRecord, textOf } from "../../../kube/kubeconfig/read-fields.ts";
import { noSuchZone, designateRefusal } from "./designate-refusals.ts";
import type { ApiAnswer } from "./api-wire.ts";
import type { DesignateCaller } from "./designate-caller.ts";

/** A set as Designate has it. */
export interface StoredSet extends DnsRecordSet {
  readonly id: string;
  /** When it was made, milliseconds since 1970 by the service's clock. */
  readonly createdAt: number;
}

export interface DesignateApi {
  /** The zone's id and serial. A UserError (ISM634) where the project has none that can be written. */
  zone(signal: AbortSignal): Promise<ZoneFacts>;
  /** The sets of these names, of the types that isthmus knows. */
  list(names: readonly string[], signal: AbortSignal): Promise<readonly StoredSet[]>;
  /** False where a set of that name and type is there already. */
  create(set: DnsRecordSet, signal: AbortSignal): Promise<boolean>;
  replace(id: string, set: DnsRecordSet, signal: AbortSignal): Promise<void>;
  /** One that is not there any more is no problem. */
  remove(id: string, signal: AbortSignal): Promise<void>;
  /** The service's clock, milliseconds since 1970, as its last answer had it. */
  clock(): number;
}

const types: readonly string[] = ["A", "AAAA", "CNAME", "TXT"] satisfies readonly DnsRecordType[];

/** Record sets of one zone by Designate's API v2 (https://docs.openstack.org/api-ref/dns/dns-api-v2-index.html). */
export function createDesignateApi(zone: string, caller: DesignateCaller): DesignateApi {
  let found: ZoneFacts | undefined;
  const { call } = caller;
  const readZone = async (signal: AbortSignal): Promise<ZoneFacts> => {
    const answer = await call("GET", `/zones?name=${encodeURIComponent(`${zone}.`)}`, { signal });
    if (answer.status !== 200) {
      throw designateRefusal(answer, "list zones");
    }
    found = zoneIn(zone, answer);
    return found;
  };
  const setsPath = async (signal: AbortSignal): Promise<string> =>
    `/zones/${(found ?? (await readZone(signal))).id}/recordsets`;
  return {
    zone: readZone,
    list: async (names, signal) => {
      const path = await setsPath(signal);
      const pages = await Promise.all(
        patternsOf(names, zone).map(async (pattern) => await listPattern(call, path, pattern, signal)),
      );
      const withTtl = pages.flat().map(({ ttl, ...one }) => ({ ...one, ttlSeconds: ttl ?? found?.ttl ?? 0 }));
      return withTtl.filter((one) => names.includes(one.name));
    },
    create: async (set, signal) => {
      const body = { name: `${set.name}.`, type: set.type, ttl: set.ttlSeconds, records: recordsOf(set) };
      const answer = await call("POST", await setsPath(signal), { signal, body });
      return answer.status === 409 ? false : accepted(answer, `make the ${set.type} records of ${set.name}`);
    },
    replace: async (id, set, signal) => {
      const body = { ttl: set.ttlSeconds, records: recordsOf(set) };
      const answer = await call("PUT", `${await setsPath(signal)}/${id}`, { signal, body });
      accepted(answer, `change the ${set.type} records of ${set.name}`);
    },
    remove: async (id, signal) => {
      const answer = await call("DELETE", `${await setsPath(signal)}/${id}`, { signal });
      if (answer.status !== 404) {
        accepted(answer, "delete a record set");
      }
    },
    clock: caller.clock,
  };
}

interface ZoneFacts {
  readonly id: string;
  /** Seconds, of sets that say none. */
  readonly ttl?: number;
  readonly serial?: number;
}

/**
 * What to ask for so that all of the names come, with a `*` for whatever (a wildcard's asterisk fits itself): one
 * question for names that end alike, as those of one published name do, instead of a dozen; where only the zone is
 * common, that would be the whole zone, and each is asked for.
 */
function patternsOf(names: readonly string[], zone: string): readonly string[] {
  const unique = [...new Set(names)];
  const [first = "", ...others] = unique;
  let common = first;
  while (!others.every((one) => one.endsWith(common))) {
    common = common.slice(1);
  }
  const isNarrow = others.length > 0 && common.length > zone.length + 1;
  return isNarrow ? [`*${common}.`] : unique.map((one) => `${one}.`);
}

async function listPattern(
  call: DesignateCaller["call"],
  path: string,
  pattern: string,
  signal: AbortSignal,
): Promise<readonly WireSet[]> {
  const sets: WireSet[] = [];
  let query: string | undefined = `?name=${encodeURIComponent(pattern)}&limit=max`;
  while (query !== undefined) {
    const answer: ApiAnswer = await call("GET", `${path}${query}`, { signal });
    if (answer.status !== 200) {
      throw designateRefusal(answer, `list the record sets ${pattern}`);
    }
    sets.push(...setsIn(answer));
    const next = isRecord(answer.body["links"]) ? textOf(answer.body["links"]["next"]) : undefined;
    // Only its query: the host in it is what the service calls itself, and a token goes nowhere else than the catalog says.
    query = next !== undefined && URL.canParse(next) ? new URL(next).search : undefined;
  }
  return sets;
}

function accepted(answer: ApiAnswer, what: string): true {
  if (answer.status >= 300) {
    throw designateRefusal(answer, what);
  }
  return true;
}

function zoneIn(zone: string, answer: ApiAnswer): ZoneFacts {
  const url = new URL(answer.url).origin;
  const zones = (Array.isArray(answer.body["zones"]) ? (answer.body["zones"] as readonly unknown[]) : []).filter(
    isRecord,
  );
  const one = zones.find((each) => each["name"] === `${zone}.`);
  const id = textOf(one?.["id"]);
  if (one === undefined || id === undefined) {
    throw noSuchZone(url, zone, "the project has no zone of that name");
  }
  if (one["type"] === "SECONDARY") {
    throw noSuchZone(url, zone, "it is a SECONDARY, a copy of another server's zone");
  }
  if (one["status"] === "ERROR") {
    throw noSuchZone(url, zone, "its status is ERROR");
  }
  const { serial, ttl } = one;
  return {
    id,
    ...(typeof serial === "number" ? { serial } : {}),
    ...(typeof ttl === "number" ? { ttl } : {}),
  };
}

/** Without a TTL of its own a set has the zone's. */
type WireSet = Omit<StoredSet, "ttlSeconds"> & { readonly ttl: number | undefined };

function setsIn(answer: ApiAnswer): readonly WireSet[] {
  const all = Array.isArray(answer.body["recordsets"]) ? (answer.body["recordsets"] as readonly unknown[]) : [];
  return all.filter(isRecord).flatMap((one) => {
    const [id, name, type] = [one["id"], one["name"], one["type"]].map(textOf);
    const records = Array.isArray(one["records"]) ? one["records"].flatMap((value) => textOf(value) ?? []) : [];
    const isThere = one["action"] !== "DELETE" && records.length > 0;
    if (id === undefined || name === undefined || type === undefined || !types.includes(type) || !isThere) {
      return [];
    }
    const known = type as DnsRecordType;
    return [
      {
        id,
        name: dnsName(name),
        type: known,
        ttl: typeof one["ttl"] === "number" ? one["ttl"] : undefined,
        values: records.map((value) => inOneSpelling(known, value)),
        createdAt: Date.parse(`${textOf(one["created_at"]) ?? ""}Z`),
      },
    ];
  });
}

/** Names in records end with the dot of the root there. */
function recordsOf({ type, values }: DnsRecordSet): readonly string[] {
  return type === "CNAME" ? values.map((value) => `${value}.`) : values;
}

function inOneSpelling(type: DnsRecordType, value: string): string {
  switch (type) {
    case "A":
    case "AAAA":
      return addressValue(value)?.value ?? value;
    case "CNAME":
      return dnsName(value);
    case "TXT":
      return txtOfStrings(txtStrings(value));
  }
}
