import type { Buffer } from "node:buffer";
import type { DerElement } from "./der.ts";
import { derTags, insideDer, readDer, readOid } from "./der.ts";

/** What Node's own X509Certificate does not tell of a certificate (RFC 5280, 4.1). */
export interface CertificateFields {
  /** Names as the bytes of their DER. */
  readonly subject: Buffer;
  readonly issuer: Buffer;
  /** The algorithm of its signature as an object identifier, with the DER of its parameters. */
  readonly signature: Algorithm;
  /** The algorithm of its public key, likewise. */
  readonly publicKey: Algorithm;
  /** By object identifier. */
  readonly extensions: ReadonlyMap<string, Extension>;
}

export interface Algorithm {
  readonly oid: string;
  readonly parameters: Buffer | undefined;
}

export interface Extension {
  readonly critical: boolean;
  /** The DER of its value. */
  readonly value: Buffer;
}

const explicitExtensions = 0xa3;
const explicitVersion = 0xa0;

/**
 * The fields of a certificate from its DER. `@peculiar/x509` reads them too, in
 * a tenth of a second that every command would wait for; it is loaded where
 * certificates are made. Throws for what is no certificate.
 */
export function readFields(certificate: Buffer): CertificateFields {
  const [tbs, signature] = insideDer(certificate);
  const [versionOrSerial, ...others] = readDer(part(tbs).content);
  const fields = versionOrSerial?.tag === explicitVersion ? others.slice(1) : others;
  // What is left: signature, issuer, validity, subject, public key, and what is optional.
  const [, issuer, , subject, publicKey, ...optional] = fields;
  const extensions = optional.find(({ tag }) => tag === explicitExtensions);
  return {
    subject: part(subject).whole,
    issuer: part(issuer).whole,
    signature: readAlgorithm(part(signature)),
    publicKey: readAlgorithm(part(readDer(part(publicKey).content)[0])),
    extensions: new Map(extensions === undefined ? [] : insideDer(extensions.content).map(readExtension)),
  };
}

function readAlgorithm(sequence: DerElement): Algorithm {
  const [oid, parameters] = readDer(sequence.content);
  return { oid: readOid(part(oid).content), parameters: parameters?.whole };
}

function readExtension(sequence: DerElement): readonly [string, Extension] {
  const [oid, ...others] = readDer(sequence.content);
  const critical = others.some(({ tag, content }) => tag === derTags.boolean && content[0] !== 0);
  const value = others.find(({ tag }) => tag === derTags.octetString);
  return [readOid(part(oid).content), { critical, value: part(value).content }];
}

function part(element: DerElement | undefined): DerElement {
  if (element === undefined) {
    throw new RangeError("a certificate lacks a field");
  }
  return element;
}
