import { X509Certificate, createPrivateKey } from "node:crypto";
import type { Authority } from "../core/render/materials.ts";

/** What people and decisions need to know of a certificate. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly locality?: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the certificate, upper-case hex with colons. */
  readonly fingerprint: string;
}

/** Reads one PEM certificate (the first one of a bundle). Throws when it is none. */
export function inspectCertificate(pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem);
  const locality = /^L=(.*)$/m.exec(certificate.subject)?.[1];
  return {
    subject: certificate.subject.replaceAll("\n", ", "),
    issuer: certificate.issuer.replaceAll("\n", ", "),
    ...(locality === undefined ? {} : { locality }),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    fingerprint: certificate.fingerprint256,
  };
}

/** Facts of one cluster's `cacerts`, and what is wrong with its inner fit (undefined = nothing). */
export interface AuthorityFacts {
  readonly root: CertificateFacts;
  readonly intermediate: CertificateFacts;
  readonly flaw?: string;
}

/** Checks an authority against itself: signature, CA bit, chain order, key. Throws when a part is not PEM at all. */
export function inspectAuthority(authority: Authority): AuthorityFacts {
  const root = new X509Certificate(authority.rootCert);
  const intermediate = new X509Certificate(authority.caCert);
  const flaw = flawOf(authority, root, intermediate);
  return {
    root: inspectCertificate(authority.rootCert),
    intermediate: inspectCertificate(authority.caCert),
    ...(flaw === undefined ? {} : { flaw }),
  };
}

function flawOf(authority: Authority, root: X509Certificate, intermediate: X509Certificate): string | undefined {
  if (!intermediate.verify(root.publicKey)) {
    return "ca-cert.pem is not signed by root-cert.pem";
  }
  if (!intermediate.ca) {
    return "ca-cert.pem is not a certificate authority";
  }
  if (!authority.certChain.startsWith(authority.caCert.trim())) {
    return "cert-chain.pem does not begin with ca-cert.pem";
  }
  if (!intermediate.checkPrivateKey(createPrivateKey(authority.caKey.expose()))) {
    return "ca-key.pem does not belong to ca-cert.pem";
  }
  return undefined;
}
