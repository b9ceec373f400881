import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { algorithmOf, type KeyPair } from "./keys.ts";

x509.cryptoProvider.set(webcrypto);

/** What a self-signed authority says of itself. */
export interface AuthoritySubject {
  readonly name: x509.JsonName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** EC P-256. */
  readonly keys: KeyPair;
}

/** The certificate of an authority that signs certificates and revocation lists, signed by itself. */
export async function selfSign({ keys, ...subject }: AuthoritySubject): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    ...subject,
    signingAlgorithm: algorithmOf("ecdsa-p256"),
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

/** 128 random bits, positive: unique without a counter that could be lost. */
export function newSerial(): string {
  return `00${randomBytes(16).toString("hex")}`;
}

/** The certificate in PEM, with one line break at its end. */
export function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString("pem").trim()}\n`;
}
