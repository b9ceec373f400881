import { X509Certificate } from "node:crypto";

/** The certificates of a PEM text, in its order, and how many of its certificates nobody can read. */
export interface PemBundle {
  readonly certificates: readonly X509Certificate[];
  readonly unreadable: number;
}

/** Reads every certificate of a PEM text; what stands between them (comments, keys) is passed over, as Go and OpenSSL do. */
export function readBundle(pem: string): PemBundle {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const certificates = blocks.flatMap((block) => readOne(block) ?? []);
  return { certificates, unreadable: blocks.length - certificates.length };
}

/** What the first block of a PEM text is, `CERTIFICATE`; undefined for a text without any. istiod reads the first block only. */
export function firstBlockOf(pem: string): string | undefined {
  return /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
}

function readOne(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block);
  } catch {
    // Counted as one that cannot be read: OpenSSL's own words would quote the file.
    return undefined;
  }
}
