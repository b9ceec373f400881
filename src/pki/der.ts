import type { Buffer } from "node:buffer";

/** One element of DER (ITU-T X.690, 8.1). */
export interface DerElement {
  /** The identifier octet: class, constructed bit and number; `0x30` is a SEQUENCE, `0xa0` context-specific 0. */
  readonly tag: number;
  readonly content: Buffer;
  /** Identifier, length and content. */
  readonly whole: Buffer;
}

/** Tags that certificates are made of. */
export const derTags = { boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, oid: 0x06, sequence: 0x30 };

/**
 * The elements that stand side by side in `bytes`. Throws for what is cut off.
 * Certificates come from OpenSSL's parser, which has refused worse.
 */
export function readDer(bytes: Buffer): readonly DerElement[] {
  const elements: DerElement[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    if (rest.length < 2) {
      throw new RangeError("an element of DER is cut off");
    }
    const first = rest.readUInt8(1);
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const start = 2 + lengthBytes;
    const length = lengthBytes === 0 ? first : rest.readUIntBE(2, lengthBytes);
    const end = start + length;
    if (end > rest.length) {
      throw new RangeError("an element of DER is cut off");
    }
    elements.push({ tag: rest.readUInt8(0), content: rest.subarray(start, end), whole: rest.subarray(0, end) });
    rest = rest.subarray(end);
  }
  return elements;
}

/** The only element of `bytes`, as a list of what is in it. */
export function insideDer(bytes: Buffer): readonly DerElement[] {
  const [only] = readDer(bytes);
  return only === undefined ? [] : readDer(only.content);
}

/** An object identifier in its usual form, `2.5.29.19`. */
export function readOid(content: Buffer): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of content) {
    arc = arc * 128 + (octet & 0x7f);
    if (octet < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first = 0, ...others] = arcs;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - 40 * top, ...others].join(".");
}
