import { exchange } from "../../src/providers/dns/rfc2136/exchange.ts";
import { classes, opcodes, recordTypes } from "../../src/providers/dns/rfc2136/wire/codes.ts";
import { decodeMessage, encodeMessage } from "../../src/providers/dns/rfc2136/wire/message.ts";
import { decodeData } from "../../src/providers/dns/rfc2136/wire/rdata.ts";

const transferType = 252;

/**
 * All A, AAAA, CNAME and TXT records of a zone at one moment (AXFR, RFC 5936), which DNS shows to nobody who asks name
 * by name: `TYPE NAME` and its values, sorted.
 */
export async function transferZone(port: number, zone: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const sets = new Map<string, string[]>();
  let ends = 0;
  const question = { name: zone, type: transferType, class: classes.IN };
  const message = { id: 1, opcode: opcodes.query, questions: [question], answers: [], authority: [], additional: [] };
  const types = ["A", "AAAA", "CNAME", "TXT"] as const;
  await exchange(
    [encodeMessage(message)],
    (bytes) => {
      const answer = decodeMessage(bytes);
      if (answer.rcode !== 0) {
        throw new Error(`the transfer is answered by code ${answer.rcode}`);
      }
      for (const record of answer.answers) {
        ends += record.type === recordTypes.SOA ? 1 : 0;
        const type = types.find((one) => recordTypes[one] === record.type);
        if (type !== undefined) {
          const key = `${type} ${record.name}`;
          sets.set(key, [...(sets.get(key) ?? []), decodeData(type, record, answer)].toSorted());
        }
      }
      return ends < 2 ? "more" : "complete";
    },
    { host: "127.0.0.1", port, connectMs: 60_000, answerMs: 60_000, signal: AbortSignal.timeout(120_000) },
  );
  return sets;
}
