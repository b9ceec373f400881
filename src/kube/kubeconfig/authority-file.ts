import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { interruption } from "../../files/interruptible.ts";
import { readText } from "../../files/read-text.ts";
import { readFailure } from "./read-fields.ts";

/** The certificates of a file, as PEM and in base64 of it; or why it cannot be used, in words that follow "cannot be used:". */
export type AuthorityFile = { readonly pem: string; readonly caData: string } | { readonly why: string };

/** Reads the authorities that a file of PEM names. Rejects only with the interruption's reason. */
export async function readAuthorityFile(file: string): Promise<AuthorityFile> {
  try {
    const pem = await readText(file);
    return isCertificate(pem)
      ? { pem, caData: Buffer.from(pem, "utf8").toString("base64") }
      : { why: "it holds no certificate in PEM" };
  } catch (error) {
    interruption().throwIfAborted();
    return { why: `it cannot be read: ${readFailure(error)}` };
  }
}

/** True where OpenSSL finds a certificate in the text. */
export function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}
