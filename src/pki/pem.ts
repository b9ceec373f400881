import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";

/** The certificates of a PEM text, in its order, and how many of its certificates nobody can read. */
export interface PemBundle {
  readonly certificates: readonly X509Certificate[];
  readonly unreadable: number;
}

/** `(?<![^\n])` and `(?![^\n])` are the ends of lines that readers know: a carriage return alone is none. */
const begin = /(?<![^\n])-----BEGIN CERTIFICATE-----[ \t\r]*(?![^\n])/g;
const whole =
  /(?<![^\n])-----BEGIN CERTIFICATE-----[ \t\r]*\n([A-Za-z0-9+/=\s]*\n)-----END CERTIFICATE-----[ \t\r]*(?![^\n])/g;

/**
 * Reads every certificate of a PEM text, as Go does: what stands between them (comments, keys) is passed over, and
 * each begins and ends on a line of its own. Of two whose texts were put together without a line break between them
 * neither is read, which Go does not say and for which Envoy refuses the whole text (findings/pem-texts-put-together.sh).
 */
export function readBundle(pem: string): PemBundle {
  const certificates = [...pem.matchAll(whole)].flatMap(([, base64 = ""]) => readOne(base64) ?? []);
  return { certificates, unreadable: [...pem.matchAll(begin)].length - certificates.length };
}

/** What the first block of a PEM text is, `CERTIFICATE`; undefined for a text without any. istiod reads the first block only. */
export function firstBlockOf(pem: string): string | undefined {
  return /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
}

function readOne(base64: string): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(base64, "base64"));
  } catch {
    // Counted as one that cannot be read: OpenSSL's own words would quote the file.
    return undefined;
  }
}
