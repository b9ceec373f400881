import { addressValue } from "../../../../core/front-door/dns-addresses.ts";
import type { DnsRecordType } from "../../../../core/front-door/dns-records.ts";
import { txtOfStrings, txtStrings } from "../../../../core/front-door/txt-value.ts";
import type { ReadMessage, ReadRecord } from "./message.ts";
import { decodeName, encodeName } from "./names.ts";
import { WireError } from "./wire-error.ts";

/** The data of a record with that value, as `DnsValue` spells it. Throws a WireError for a value that is none of the type. */
export function encodeData(type: DnsRecordType, value: string): Buffer {
  switch (type) {
    case "A":
    case "AAAA": {
      const address = addressValue(value);
      if (address?.type !== type) {
        throw new WireError(`${value} is no address of an ${type} record`);
      }
      return type === "A" ? Buffer.from(value.split(".").map(Number)) : ipv6Bytes(address.value);
    }
    case "CNAME":
      return encodeName(value);
    case "TXT":
      return Buffer.concat(
        txtStrings(value).map((one) => {
          if (one.length > 255) {
            throw new WireError(`a string of ${one.length} bytes is too long for a TXT record`);
          }
          return Buffer.concat([Buffer.from([one.length]), one]);
        }),
      );
  }
}

/** The value of a record that was read. Throws a WireError where its data are not those of its type. */
export function decodeData(type: DnsRecordType, record: ReadRecord, message: ReadMessage): string {
  const { rdata } = record;
  switch (type) {
    case "A":
      return [...sized(rdata, 4)].join(".");
    case "AAAA": {
      const groups = Array.from({ length: 8 }, (_, index) =>
        sized(rdata, 16)
          .readUInt16BE(index * 2)
          .toString(16),
      );
      return addressValue(groups.join(":"))?.value ?? groups.join(":");
    }
    case "CNAME":
      return decodeName(message.bytes, record.dataStart).name;
    case "TXT":
      return txtOfStrings(stringsIn(rdata));
  }
}

export interface SoaData {
  readonly primary: string;
  readonly serial: number;
}

/** What an SOA record says of its zone. */
export function decodeSoa(record: ReadRecord, message: ReadMessage): SoaData {
  const { name, end } = decodeName(message.bytes, record.dataStart);
  const serialAt = decodeName(message.bytes, end).end;
  if (serialAt + 20 > message.bytes.length) {
    throw new WireError("its SOA record is too short");
  }
  return { primary: name, serial: message.bytes.readUInt32BE(serialAt) };
}

function ipv6Bytes(address: string): Buffer {
  const [head = "", tail] = address.split("::");
  const groups = (text: string): readonly string[] => (text === "" ? [] : text.split(":"));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  const bytes = Buffer.alloc(16);
  [...left, ...zeros, ...right].forEach((group, index) => bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2));
  return bytes;
}

function stringsIn(rdata: Buffer): readonly Buffer[] {
  const strings: Buffer[] = [];
  let at = 0;
  while (at < rdata.length) {
    const length = rdata[at] ?? 0;
    if (at + 1 + length > rdata.length) {
      throw new WireError("a string of its TXT record does not end");
    }
    strings.push(rdata.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return strings;
}

function sized(rdata: Buffer, bytes: number): Buffer {
  if (rdata.length !== bytes) {
    throw new WireError(`an address has ${rdata.length} bytes`);
  }
  return rdata;
}
