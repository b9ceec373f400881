import { randomInt } from "node:crypto";
import { DnsFailure } from "./dns-failure.ts";
import { exchange, type ExchangeOptions } from "./exchange.ts";
import { signMessage, verifyAnswer, type SignedMessage, type TsigKey, type TsigVerdict } from "./tsig.ts";
import { rcodeName, recordTypes } from "./wire/codes.ts";
import { decodeMessage, encodeMessage, type ReadMessage, type WireMessage } from "./wire/message.ts";
import { WireError } from "./wire/wire-error.ts";

export interface AskOptions extends ExchangeOptions {
  readonly key: TsigKey | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** An answer with what its signature is worth; `valid` also where no key was asked with. */
export interface Answer {
  readonly message: ReadMessage;
  readonly tsig: Exclude<TsigVerdict, { kind: "invalid" }>;
  /** What the server says in words (RFC 8914), if anything. */
  readonly extra?: string;
}

/** What says something about the zone; the others are refusals, which servers also give without a signature. */
const factual = ["NOERROR", "NXDOMAIN", "YXDOMAIN", "YXRRSET", "NXRRSET"];

/**
 * Asks over one connection and gives the answers in the order of the messages. With a key each message is signed,
 * and an answer that says something about the zone without the key's signature does not count. Throws a DnsFailure, or a
 * WireError for a message that cannot be written; the signal's reason when aborted.
 */
export async function ask(
  messages: readonly Omit<WireMessage, "id">[],
  options: AskOptions,
): Promise<readonly Answer[]> {
  const requests = withIds(messages).map((message) => ({ message, ...sign(message, options) }));
  const answers = new Map<number, Answer>();
  await exchange(
    requests.map((one) => one.bytes),
    (bytes) => {
      const answer = readAnswer(bytes);
      const request = requests.find(({ message }) => message.id === answer.id && !answers.has(message.id));
      if (request === undefined || !answer.isResponse || answer.opcode !== request.message.opcode) {
        throw new DnsFailure("nonsense", "the answer is to something that was not asked");
      }
      answers.set(answer.id, judge(answer, request, options));
      return answers.size === requests.length ? "complete" : "more";
    },
    options,
  );
  return requests.map(({ message }) => answers.get(message.id) as Answer);
}

function withIds(messages: readonly Omit<WireMessage, "id">[]): readonly WireMessage[] {
  const first = randomInt(0x10000);
  return messages.map((message, index) => ({ ...message, id: (first + index) % 0x10000 }));
}

function sign(message: WireMessage, { key, now }: AskOptions): SignedMessage {
  return key === undefined
    ? { bytes: encodeMessage(message), mac: Buffer.alloc(0) }
    : signMessage(message, key, Math.floor(now() / 1000));
}

function readAnswer(bytes: Buffer): ReadMessage {
  try {
    return decodeMessage(bytes);
  } catch (error) {
    throw unreadable(error);
  }
}

function judge(message: ReadMessage, request: SignedMessage, { key, now }: AskOptions): Answer {
  const extra = extraText(message);
  const rest = extra === undefined ? {} : { extra };
  if (key === undefined) {
    return { message, tsig: { kind: "valid", error: 0 }, ...rest };
  }
  let tsig: TsigVerdict;
  try {
    tsig = verifyAnswer(message, key, request, Math.floor(now() / 1000));
  } catch (error) {
    throw unreadable(error);
  }
  if (tsig.kind === "invalid") {
    throw new DnsFailure("forged", tsig.why);
  }
  if (tsig.kind === "unsigned" && factual.includes(rcodeName(message.rcode))) {
    throw new DnsFailure("forged", `it says ${rcodeName(message.rcode)} without a signature`);
  }
  return { message, tsig, ...rest };
}

/** The texts of extended errors, an option of EDNS (RFC 8914, 2): two bytes of a code, then text. */
function extraText(message: ReadMessage): string | undefined {
  const data = message.additional.find((one) => one.type === recordTypes.OPT)?.rdata ?? Buffer.alloc(0);
  const texts: string[] = [];
  for (let at = 0; at + 4 <= data.length; at += 4 + data.readUInt16BE(at + 2)) {
    const option = data.subarray(at + 4, at + 4 + data.readUInt16BE(at + 2));
    if (data.readUInt16BE(at) === 15 && option.length > 2) {
      texts.push(
        option
          .subarray(2)
          .toString("utf8")
          .replaceAll(/[^\x20-\x7e]/g, ""),
      );
    }
  }
  return texts.length === 0 ? undefined : texts.join("; ");
}

function unreadable(error: unknown): unknown {
  return error instanceof WireError
    ? new DnsFailure("nonsense", `the answer is no DNS message: ${error.message}`)
    : error;
}
