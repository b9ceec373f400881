import "reflect-metadata";
import { Buffer } from "node:buffer";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Secret } from "../core/secret.ts";
import type { KeyType } from "./keys.ts";
import { algorithmOf, exportPrivateKey, generateKeyPair, importKeyPair } from "./keys.ts";

x509.cryptoProvider.set(webcrypto);

/** A signing request with its key. */
export interface CertificateRequest {
  /** PKCS#10, DER. */
  readonly request: Buffer;
  /** PEM. */
  readonly key: Secret;
}

/**
 * A request for a certificate of these host names, which are its subject
 * alternative names; the subject stays empty, since authorities leave it empty
 * or choose it themselves. With a new key, or with `key` (PEM).
 */
export async function requestCertificate(
  names: readonly string[],
  keyType: KeyType,
  key?: Secret,
): Promise<CertificateRequest> {
  const keys = key === undefined ? await generateKeyPair(keyType) : await importKeyPair(key);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    keys,
    signingAlgorithm: algorithmOf(keyType),
    extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value })))],
  });
  return { request: Buffer.from(request.rawData), key: key ?? (await exportPrivateKey(keys.privateKey)) };
}
