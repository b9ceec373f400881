import type { KeyObject } from "node:crypto";
import { X509Certificate, createPrivateKey } from "node:crypto";
import type { Authority } from "../core/render/materials.ts";
import type { CertificateLink } from "./certificate-link.ts";
import { linkOf } from "./certificate-link.ts";
import type { ChainFlaw } from "./find-chain.ts";
import { findIstiodChain, findProxyChain } from "./find-chain.ts";
import type { PartNames } from "./part-names.ts";
import { partNames } from "./part-names.ts";
import { defaultTrustDomain } from "../core/model/trust-domain.ts";
import { firstBlockOf, readBundle } from "./pem.ts";

/** What people and decisions need to know of a certificate. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly locality?: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the certificate, upper-case hex with colons. */
  readonly fingerprint: string;
  /** What a chain is verified by, subject and public key, as SHA-256 in hex: the same for a root that was renewed with its key. */
  readonly identity: string;
  /** As OpenSSL writes it, upper-case hex. */
  readonly serial: string;
}

/** Reads one PEM certificate (the first one of a bundle). Throws when it is none. */
export function inspectCertificate(pem: string): CertificateFacts {
  return factsOf(linkOf(new X509Certificate(pem)));
}

/** Reads all PEM certificates of a bundle that can be read, in its order. */
export function inspectBundle(pem: string): readonly CertificateFacts[] {
  return linksOf(pem).map(factsOf);
}

/** Facts of one cluster's `cacerts`, and what is wrong with its inner fit (undefined = nothing). */
export interface AuthorityFacts {
  readonly intermediate: CertificateFacts;
  /** All certificates that are trusted, in the bundle's order. */
  readonly roots: readonly CertificateFacts[];
  /** The way from the intermediate (which is not in it) to a root, nearest first; empty when there is none. */
  readonly above: readonly CertificateFacts[];
  readonly flaw?: ChainFlaw;
}

/**
 * Judges an authority as istiod does when it starts
 * (https://github.com/istio/istio/blob/master/security/pkg/pki/util/keycertbundle.go)
 * and as every proxy does that meets what istiod signs with it, which is
 * stricter. `trustDomain` is what workloads are called under, by which name
 * constraints are judged. Dates are no flaw here. Throws when the intermediate is no
 * certificate at all.
 */
export function inspectAuthority(authority: Authority, now: Date, trustDomain = defaultTrustDomain): AuthorityFacts {
  const names = partNames(authority.form);
  const begins = firstBlockOf(authority.caCert);
  if (begins !== "CERTIFICATE") {
    throw new Error(`${names.ca} ${begins === undefined ? "is not PEM" : `begins with a block ${begins}`}`);
  }
  const signer = linkOf(new X509Certificate(authority.caCert));
  const roots = linksOf(authority.rootCert);
  const parts = { signer, chain: linksOf(authority.certChain), roots, trustDomain };
  const found = findIstiodChain(parts, names, now);
  const flaw = found.kind === "broken" ? found.flaw : (flawOf(authority, signer, names) ?? proxyFlaw());
  return {
    intermediate: factsOf(signer),
    roots: roots.map(factsOf),
    above: found.kind === "found" ? found.path.slice(1).map(factsOf) : [],
    ...(flaw === undefined ? {} : { flaw }),
  };

  function proxyFlaw(): ChainFlaw | undefined {
    const texts = [
      [names.chain, authority.certChain],
      [names.root, authority.rootCert],
    ] as const;
    const [unread] = texts.filter(([, pem]) => readBundle(pem).unreadable > 0);
    if (unread !== undefined) {
      return { words: `${unread[0]} holds a certificate that cannot be read`, effect: "proxies" };
    }
    const met = findProxyChain(parts, names);
    return met.kind === "broken" ? met.flaw : undefined;
  }
}

/** What istiod looks at besides the chain. */
function flawOf(authority: Authority, signer: CertificateLink, names: PartNames): ChainFlaw | undefined {
  const flaw = (words: string): ChainFlaw => ({ words, effect: "istiod" });
  if (signer.unreadKey !== undefined) {
    return flaw(`the key of ${names.ca} is of ${signer.unreadKey}, which istiod does not read`);
  }
  if (signer.refusedByGo !== undefined) {
    return flaw(`${names.ca} ${signer.refusedByGo}`);
  }
  if (!signer.isAuthority) {
    return flaw(`${names.ca} is not a certificate authority (CA:FALSE)`);
  }
  if (signer.isForNoServer) {
    return flaw(`the extendedKeyUsage of ${names.ca} leaves out serverAuth`);
  }
  const key = readKey(authority.caKey.expose());
  if (typeof key === "string") {
    return flaw(`${names.key} ${key}`);
  }
  return signer.certificate.checkPrivateKey(key) ? undefined : flaw(`${names.key} does not belong to ${names.ca}`);
}

/** A private key as istiod reads it, from the first block of its file, or why it does not. */
function readKey(pem: string): KeyObject | string {
  const begins = firstBlockOf(pem);
  if (begins === undefined) {
    return "is not PEM";
  }
  if (!["EC PRIVATE KEY", "RSA PRIVATE KEY", "PRIVATE KEY"].includes(begins)) {
    return `begins with a block ${begins}, and istiod reads the first block only: it must be the key, without a passphrase`;
  }
  try {
    return createPrivateKey(pem);
  } catch {
    // OpenSSL's own words may quote the key.
    return "holds no private key that can be read without a passphrase";
  }
}

function linksOf(pem: string): readonly CertificateLink[] {
  return readBundle(pem).certificates.flatMap((certificate) => {
    try {
      return linkOf(certificate);
    } catch {
      // A certificate with extensions that nobody reads: it is passed over as one that cannot be read.
      return [];
    }
  });
}

function factsOf({ certificate, identity }: CertificateLink): CertificateFacts {
  const [subject, issuer] = [nameIn(certificate.subject), nameIn(certificate.issuer)];
  const locality = /^L=(.*)$/m.exec(subject)?.[1];
  return {
    subject: subject.replaceAll("\n", ", "),
    issuer: issuer.replaceAll("\n", ", "),
    ...(locality === undefined ? {} : { locality }),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    fingerprint: certificate.fingerprint256,
    identity,
    serial: certificate.serialNumber,
  };
}

/**
 * A name as Node gives it, a line for each part; empty where it has none. Node's
 * types promise a text, and certificates of ACME servers that leave the common
 * name out have none (findings/node-x509-has-no-empty-subject.sh).
 */
function nameIn(name: string | undefined): string {
  return name ?? "";
}
