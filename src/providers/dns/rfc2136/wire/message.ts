import { decodeName, encodeName, type NameOffsets } from "./names.ts";
import { WireError } from "./wire-error.ts";

export interface WireQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

/** A record to be written; `rdata` holds no pointers. */
export interface WireRecord extends WireQuestion {
  readonly ttl: number;
  readonly rdata: Buffer;
}

/** A record that was read, and where its data and the record itself begin, since names in it may point into the message. */
export interface ReadRecord extends WireRecord {
  readonly start: number;
  readonly dataStart: number;
}

/** A message; in an UPDATE the sections are zone, prerequisites, updates and additional (RFC 2136, 2). */
export interface WireMessage {
  readonly id: number;
  readonly opcode: number;
  readonly questions: readonly WireQuestion[];
  readonly answers: readonly WireRecord[];
  readonly authority: readonly WireRecord[];
  readonly additional: readonly WireRecord[];
}

export interface ReadMessage extends WireMessage {
  readonly isResponse: boolean;
  /** The server says that the zone is its own. */
  readonly isAuthoritative: boolean;
  readonly isTruncated: boolean;
  readonly rcode: number;
  readonly answers: readonly ReadRecord[];
  readonly authority: readonly ReadRecord[];
  readonly additional: readonly ReadRecord[];
  readonly bytes: Buffer;
}

/** A message as bytes, without the length that goes before it over TCP. Throws a WireError for names that DNS does not take. */
export function encodeMessage(message: WireMessage): Buffer {
  const { questions, answers, authority, additional } = message;
  const header = Buffer.alloc(12);
  header.writeUInt16BE(message.id, 0);
  header.writeUInt16BE(message.opcode << 11, 2);
  [questions, answers, authority, additional].forEach((section, index) => {
    header.writeUInt16BE(section.length, 4 + 2 * index);
  });
  const offsets: NameOffsets = new Map();
  const parts: Buffer[] = [header];
  let length = header.length;
  const push = (part: Buffer): void => {
    parts.push(part);
    length += part.length;
  };
  for (const one of questions) {
    push(encodeName(one.name, offsets, length));
    push(numbers(one.type, one.class));
  }
  for (const one of [...answers, ...authority, ...additional]) {
    push(encodeName(one.name, offsets, length));
    push(numbers(one.type, one.class, one.ttl >>> 16, one.ttl & 0xffff, one.rdata.length));
    push(one.rdata);
  }
  if (length > 0xffff) {
    throw new WireError(`the message has ${length} bytes, and DNS takes 65535`);
  }
  return Buffer.concat(parts);
}

/** Reads a message. Throws a WireError where it is none. */
export function decodeMessage(bytes: Buffer): ReadMessage {
  if (bytes.length < 12) {
    throw new WireError(`it has ${bytes.length} bytes, less than a header`);
  }
  const flags = bytes.readUInt16BE(2);
  const counts = [4, 6, 8, 10].map((at) => bytes.readUInt16BE(at));
  let at = 12;
  const questions = Array.from({ length: counts[0] ?? 0 }, () => {
    const { name, end } = decodeName(bytes, at);
    need(bytes, end + 4);
    at = end + 4;
    return { name, type: bytes.readUInt16BE(end), class: bytes.readUInt16BE(end + 2) };
  });
  const section = (count = 0): readonly ReadRecord[] =>
    Array.from({ length: count }, () => {
      const record = decodeRecord(bytes, at);
      at = record.dataStart + record.rdata.length;
      return record;
    });
  return {
    id: bytes.readUInt16BE(0),
    isResponse: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0xf,
    isAuthoritative: (flags & 0x0400) !== 0,
    isTruncated: (flags & 0x0200) !== 0,
    rcode: flags & 0xf,
    questions,
    answers: section(counts[1]),
    authority: section(counts[2]),
    additional: section(counts[3]),
    bytes,
  };
}

function decodeRecord(bytes: Buffer, start: number): ReadRecord {
  const { name, end } = decodeName(bytes, start);
  need(bytes, end + 10);
  const dataStart = end + 10;
  const length = bytes.readUInt16BE(end + 8);
  need(bytes, dataStart + length);
  return {
    name,
    type: bytes.readUInt16BE(end),
    class: bytes.readUInt16BE(end + 2),
    ttl: bytes.readUInt32BE(end + 4),
    rdata: bytes.subarray(dataStart, dataStart + length),
    start,
    dataStart,
  };
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
}

function need(bytes: Buffer, end: number): void {
  if (end > bytes.length) {
    throw new WireError("it ends in the middle of a record");
  }
}
