import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import type { Buffer } from "node:buffer";
import * as x509 from "@peculiar/x509";
import type { Authority } from "../../core/render/materials.ts";
import { Secret } from "../../core/secret.ts";
import type { KeyPair, KeyType } from "../keys.ts";
import { exportPrivateKey, generateKeyPair } from "../keys.ts";

x509.cryptoProvider.set(webcrypto);

/** A certificate of a test with its key, which no file ever holds. */
export interface MadeCertificate {
  /** PEM. */
  readonly pem: string;
  readonly name: string;
  readonly keys: KeyPair;
  readonly certificate: x509.X509Certificate;
}

export interface MadeOptions {
  /** Of its subject: `CN=<name>`; empty for a subject without any. */
  readonly name: string;
  /** Undefined: it signs itself. */
  readonly issuer?: MadeCertificate;
  readonly keyType?: KeyType;
  /** That of another certificate, for one that is renewed. */
  readonly keys?: KeyPair;
  /** False: an end entity; undefined: a certificate authority. */
  readonly ca?: boolean;
  readonly pathLength?: number;
  /** Default: keyCertSign and digitalSignature; null: no such extension. */
  readonly usages?: number | null;
  readonly purposes?: readonly x509.ExtendedKeyUsageType[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** False: no key identifiers, as old tools make certificates; a text: this one. */
  readonly keyId?: boolean | string;
  readonly hash?: "SHA-1" | "SHA-256";
  /** Further extensions. */
  readonly extensions?: readonly x509.Extension[];
  /** Host names that it is for. */
  readonly hosts?: readonly string[];
}

/** When the certificates of the tests are looked at. */
export const lookedAt = new Date("2026-11-23T12:00:00Z");

const year = 365 * 24 * 3600 * 1000;

/** Makes a certificate, valid for a year around `lookedAt` where nothing else is asked. */
export async function makeCertificate(options: MadeOptions): Promise<MadeCertificate> {
  const { name, issuer, keyType = "ecdsa-p256", hash = "SHA-256" } = options;
  const keys = options.keys ?? (await generateKeyPair(keyType));
  const signer = issuer?.keys ?? keys;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: name === "" ? "" : `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    notBefore: options.notBefore ?? new Date(lookedAt.getTime() - year),
    notAfter: options.notAfter ?? new Date(lookedAt.getTime() + year),
    signingAlgorithm: { name: signer.privateKey.algorithm.name, hash },
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    extensions: [...usageExtensions(options), ...(await identifierExtensions(options, keys))],
  });
  return { pem: `${certificate.toString("pem").trim()}\n`, name, keys, certificate };
}

const authorityUsages = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature;

/** What the certificate may be used for, and for which hosts. */
function usageExtensions(options: MadeOptions): readonly x509.Extension[] {
  const { ca = true, pathLength, usages = authorityUsages, hosts, extensions = [], purposes } = options;
  return [
    new x509.BasicConstraintsExtension(ca, pathLength, true),
    ...(usages === null ? [] : [new x509.KeyUsagesExtension(usages, true)]),
    ...(hosts === undefined
      ? []
      : [new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({ type: "dns" as const, value })))]),
    ...extensions,
    ...(purposes === undefined ? [] : [new x509.ExtendedKeyUsageExtension([...purposes])]),
  ];
}

/** Which key it is of, and which key signed it. */
async function identifierExtensions(
  { keyId = true, issuer }: MadeOptions,
  { publicKey }: KeyPair,
): Promise<readonly x509.Extension[]> {
  if (keyId === false) {
    return [];
  }
  const issuerId = issuer?.certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  return [
    keyId === true
      ? await x509.SubjectKeyIdentifierExtension.create(publicKey)
      : new x509.SubjectKeyIdentifierExtension(keyId),
    ...(issuerId === undefined ? [] : [new x509.AuthorityKeyIdentifierExtension(issuerId)]),
  ];
}

/** What a certificate signs with, in the form that is asked for. */
export async function keyOf({ keys }: MadeCertificate, type: "pkcs8" | "sec1" | "pkcs1" = "pkcs8"): Promise<Secret> {
  const key = createPrivateKey((await exportPrivateKey(keys.privateKey)).expose());
  const exported: string | Buffer = key.export({ format: "pem", type } as { format: "pem"; type: "pkcs8" });
  return new Secret(exported.toString());
}

/** The parts of `cacerts`: the signer with its key, what is sent along, what is trusted. */
export async function authorityOf(
  signer: MadeCertificate,
  above: readonly MadeCertificate[],
  roots: readonly MadeCertificate[],
): Promise<Authority> {
  return {
    caCert: signer.pem,
    caKey: await keyOf(signer),
    certChain: [signer, ...above].map(({ pem }) => pem).join(""),
    rootCert: roots.map(({ pem }) => pem).join(""),
  };
}
