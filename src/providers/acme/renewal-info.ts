import { Buffer } from "node:buffer";
import type { AcmeAnswer } from "./acme-wire.ts";

/** When an authority wants a certificate to be renewed (RFC 9773, 4.2), milliseconds since the epoch. */
export interface RenewalWindow {
  readonly start: number;
  readonly end: number;
  /** A page that says why, if the authority has one. */
  readonly explanation?: string;
}

/**
 * What a certificate is called in renewal information: the key identifier of
 * its issuer and its serial number (RFC 9773, 4.1). Both in hex, the number as
 * OpenSSL writes it: without the octet that keeps a DER integer positive.
 */
export function renewalId(certificate: { readonly authorityKeyId: string; readonly serial: string }): string {
  const even = certificate.serial.length % 2 === 0 ? certificate.serial : `0${certificate.serial}`;
  const bytes = Buffer.from(even, "hex");
  const positive = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return `${Buffer.from(certificate.authorityKeyId, "hex").toString("base64url")}.${positive.toString("base64url")}`;
}

/** The window of an answer; undefined where it has none that can be read, as RFC 9773, 4.2 wants it to be taken. */
export function readWindow({ body }: Pick<AcmeAnswer, "body">): RenewalWindow | undefined {
  const { start, end } = (body["suggestedWindow"] ?? {}) as { readonly start?: unknown; readonly end?: unknown };
  const [from, to] = [start, end].map((one) => (typeof one === "string" ? Date.parse(one) : Number.NaN));
  if (from === undefined || to === undefined || !(from < to)) {
    return undefined;
  }
  const explanation = body["explanationURL"];
  return { start: from, end: to, ...(typeof explanation === "string" ? { explanation } : {}) };
}
