import type { DnsPrerequisite, DnsUpdate } from "../../../core/front-door/dns-records.ts";
import { classes, opcodes, recordTypes } from "./wire/codes.ts";
import type { WireMessage, WireRecord } from "./wire/message.ts";
import { encodeData } from "./wire/rdata.ts";

const nothing = Buffer.alloc(0);

/**
 * The UPDATE message (RFC 2136, 2) for a change: deletes before adds, since there are servers that do all deletes of a
 * message first, whatever its order. Throws a WireError for a name or a value that DNS does not take.
 */
export function updateMessage(zone: string, update: DnsUpdate): Omit<WireMessage, "id"> {
  return {
    opcode: opcodes.update,
    questions: [{ name: zone, type: recordTypes.SOA, class: classes.IN }],
    answers: update.prerequisites.flatMap(prerequisite),
    authority: [
      ...update.deletes.map(({ name, type, value }) => ({
        name,
        type: recordTypes[type],
        class: classes.NONE,
        ttl: 0,
        rdata: encodeData(type, value),
      })),
      ...update.adds.map(({ name, type, value, ttlSeconds }) => ({
        name,
        type: recordTypes[type],
        class: classes.IN,
        ttl: ttlSeconds,
        rdata: encodeData(type, value),
      })),
    ],
    additional: [],
  };
}

function prerequisite(one: DnsPrerequisite): readonly WireRecord[] {
  const { name } = one;
  const type = recordTypes[one.type];
  return one.kind === "absent"
    ? [{ name, type, class: classes.NONE, ttl: 0, rdata: nothing }]
    : one.values.map((value) => ({ name, type, class: classes.IN, ttl: 0, rdata: encodeData(one.type, value) }));
}
