import "reflect-metadata";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** What a chain of certificates is judged by, of one of its links. */
export interface CertificateLink {
  readonly certificate: X509Certificate;
  /** Subject and public key: two certificates that are alike in both verify the same signatures (a root that was renewed). */
  readonly identity: string;
  /** The bytes of subject and issuer, hex; Go compares those, and no letter case. */
  readonly subject: string;
  readonly issuer: string;
  readonly subjectKeyId: string | undefined;
  readonly authorityKeyId: string | undefined;
  /** True for one that may sign: basicConstraints CA, or a root of X.509 version 1. */
  readonly isAuthority: boolean;
  /** How many authorities may be below it; undefined = any number. */
  readonly pathLength: number | undefined;
  /** False for one whose keyUsage lacks keyCertSign. */
  readonly maySignCertificates: boolean;
  /**
   * What its extendedKeyUsage leaves out of `serverAuth` and `clientAuth`; as
   * OpenSSL and BoringSSL read it, `anyExtendedKeyUsage` holds neither of them.
   */
  readonly lacksPurposes: readonly ("serverAuth" | "clientAuth")[];
  /** True for one whose extendedKeyUsage does not let a server be below it as Go reads it. */
  readonly isForNoServer: boolean;
  /** True for a signature over SHA-1 or MD5, which Go does not verify. */
  readonly weakSignature: boolean;
}

const anyPurpose = "2.5.29.37.0";
const purposes = { serverAuth: x509.ExtendedKeyUsage.serverAuth, clientAuth: x509.ExtendedKeyUsage.clientAuth };

/** Reads what a chain is judged by. Throws for what only OpenSSL takes for a certificate. */
export function linkOf(certificate: X509Certificate): CertificateLink {
  const parsed = new x509.X509Certificate(new Uint8Array(certificate.raw));
  const constraints = parsed.getExtension(x509.BasicConstraintsExtension);
  const usages = parsed.getExtension(x509.KeyUsagesExtension)?.usages;
  const extended = parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages.map(String);
  const [subject, issuer] = [hex(parsed.subjectName.toArrayBuffer()), hex(parsed.issuerName.toArrayBuffer())];
  const publicKey = certificate.publicKey.export({ format: "der", type: "spki" });
  return {
    certificate,
    identity: createHash("sha256").update(subject).update(publicKey).digest("hex"),
    subject,
    issuer,
    subjectKeyId: parsed.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId,
    authorityKeyId: parsed.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId,
    isAuthority: constraints?.ca ?? (parsed.extensions.length === 0 && subject === issuer),
    pathLength: constraints?.pathLength,
    maySignCertificates: usages === undefined || (usages & x509.KeyUsageFlags.keyCertSign) !== 0,
    lacksPurposes:
      extended === undefined
        ? []
        : (["serverAuth", "clientAuth"] as const).filter((one) => !extended.includes(purposes[one])),
    isForNoServer: extended !== undefined && !extended.includes(anyPurpose) && !extended.includes(purposes.serverAuth),
    weakSignature: /SHA-?1$|MD5/i.test(parsed.signatureAlgorithm.hash?.name ?? ""),
  };
}

/** True when this link's signature was made by the key of the other one. */
export function isSignedBy(link: CertificateLink, by: CertificateLink): boolean {
  try {
    return link.certificate.verify(by.certificate.publicKey);
  } catch {
    // A key of another kind than the signature's.
    return false;
  }
}

/** True for a certificate that names itself as its issuer. */
export function isSelfIssued(link: CertificateLink): boolean {
  return link.subject === link.issuer;
}

function hex(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString("hex");
}
