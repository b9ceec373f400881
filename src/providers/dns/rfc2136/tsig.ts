import { createHmac, timingSafeEqual } from "node:crypto";
import type { TsigAlgorithm } from "../../../core/front-door/tsig-algorithms.ts";
import { classes, recordTypes } from "./wire/codes.ts";
import { encodeMessage, type ReadMessage, type WireMessage } from "./wire/message.ts";
import { decodeName, encodeName } from "./wire/names.ts";
import { WireError } from "./wire/wire-error.ts";

export interface TsigKey {
  /** Without the last dot. */
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Buffer;
}

/** How far the two clocks may be apart, in seconds (RFC 8945, 10). */
export const fudgeSeconds = 300;

export interface SignedMessage {
  readonly bytes: Buffer;
  /** Goes into the answer's signature. */
  readonly mac: Buffer;
}

/** A message with its TSIG record as the last one. `seconds` is the time, since 1970. */
export function signMessage(message: WireMessage, key: TsigKey, seconds: number): SignedMessage {
  const plain = encodeMessage(message);
  const fields = { seconds, fudge: fudgeSeconds, error: 0, other: Buffer.alloc(0) };
  const mac = hmac(key, [plain, variablesOf(key.name, key.algorithm, fields)]);
  const rdata = Buffer.concat([
    encodeName(key.algorithm),
    timeOf(seconds),
    uint16(fudgeSeconds, mac.length),
    mac,
    uint16(message.id, 0, 0),
  ]);
  const head = uint16(recordTypes.TSIG, classes.ANY, 0, 0, rdata.length);
  const bytes = Buffer.concat([plain, encodeName(key.name), head, rdata]);
  bytes.writeUInt16BE(message.additional.length + 1, 10);
  return { bytes, mac };
}

/** What the TSIG record of an answer says. */
export type TsigVerdict =
  /** No TSIG record, or one without a signature; with the error that the server names in it. */
  | { readonly kind: "unsigned"; readonly error: number }
  /** Signed by the key, within the time; a clock error comes with the server's time in seconds since 1970. */
  | { readonly kind: "valid"; readonly error: number; readonly serverSeconds?: number }
  /** Signed by something else, changed on the way, or old; `why` ends a sentence. */
  | { readonly kind: "invalid"; readonly why: string };

/** Verifies an answer against the request's signature (RFC 8945, 5.3). */
export function verifyAnswer(answer: ReadMessage, key: TsigKey, request: SignedMessage, seconds: number): TsigVerdict {
  const record = answer.additional.at(-1);
  if (record?.type !== recordTypes.TSIG) {
    return { kind: "unsigned", error: 0 };
  }
  const tsig = readTsig(record.rdata, answer.bytes, record.dataStart);
  if (tsig.mac.length === 0) {
    return { kind: "unsigned", error: tsig.error };
  }
  if (record.name !== key.name.toLowerCase() || tsig.algorithm !== key.algorithm) {
    return { kind: "invalid", why: `it is signed with the key ${record.name} (${tsig.algorithm})` };
  }
  const plain = Buffer.from(answer.bytes.subarray(0, record.start));
  plain.writeUInt16BE(tsig.originalId, 0);
  plain.writeUInt16BE(answer.additional.length - 1, 10);
  const variables = variablesOf(key.name, key.algorithm, tsig);
  const mac = hmac(key, [uint16(request.mac.length), request.mac, plain, variables]);
  if (mac.length !== tsig.mac.length || !timingSafeEqual(mac, tsig.mac)) {
    return { kind: "invalid", why: "its signature is not one of the key" };
  }
  if (tsig.other.length === 6) {
    return { kind: "valid", error: tsig.error, serverSeconds: tsig.other.readUIntBE(0, 6) };
  }
  return Math.abs(seconds - tsig.seconds) <= tsig.fudge
    ? { kind: "valid", error: tsig.error }
    : { kind: "invalid", why: "it was signed at another time" };
}

interface TsigFields {
  readonly seconds: number;
  readonly fudge: number;
  readonly error: number;
  readonly other: Buffer;
}

function readTsig(rdata: Buffer, message: Buffer, start: number): TsigFields & TsigParts {
  const { name: algorithm, end } = decodeName(message, start);
  const at = end - start;
  const macSize = rdata.length < at + 10 ? undefined : rdata.readUInt16BE(at + 8);
  if (macSize === undefined || rdata.length < at + 16 + macSize) {
    throw new WireError("its TSIG record is too short");
  }
  const after = at + 10 + macSize;
  return {
    algorithm,
    seconds: rdata.readUIntBE(at, 6),
    fudge: rdata.readUInt16BE(at + 6),
    mac: rdata.subarray(at + 10, after),
    originalId: rdata.readUInt16BE(after),
    error: rdata.readUInt16BE(after + 2),
    other: rdata.subarray(after + 6),
  };
}

interface TsigParts {
  readonly algorithm: string;
  readonly mac: Buffer;
  readonly originalId: number;
}

/** What of the TSIG record is signed besides the message (RFC 8945, 4.3.3). */
function variablesOf(name: string, algorithm: string, { seconds, fudge, error, other }: TsigFields): Buffer {
  return Buffer.concat([
    encodeName(name),
    uint16(classes.ANY, 0, 0),
    encodeName(algorithm),
    timeOf(seconds),
    uint16(fudge, error, other.length),
    other,
  ]);
}

function hmac(key: TsigKey, parts: readonly Buffer[]): Buffer {
  return createHmac(key.algorithm.replace("hmac-", ""), key.secret).update(Buffer.concat(parts)).digest();
}

function timeOf(seconds: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(seconds, 0, 6);
  return bytes;
}

function uint16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
}
