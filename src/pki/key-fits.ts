import { X509Certificate, createPrivateKey } from "node:crypto";
import { Buffer } from "node:buffer";
import type { Secret } from "../core/secret.ts";

/** Whether a key (base64 of its PEM, as a Secret's data has it) belongs to a PEM certificate; false for a text that is no key. */
export function keyFits(certificate: string, key: Secret): boolean {
  try {
    const pem = Buffer.from(key.expose(), "base64").toString("utf8");
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(pem));
  } catch {
    return false;
  }
}
