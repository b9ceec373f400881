import type { KeyObject, X509Certificate } from "node:crypto";
import { createPrivateKey } from "node:crypto";
import type { Secret } from "../core/secret.ts";
import { isSignedBy, linkOf } from "./certificate-link.ts";
import { hostsOf } from "./hosts.ts";
import { readBundle } from "./pem.ts";

/** What a certificate of a front door is, as a Secret of kubernetes.io/tls holds it. Times in milliseconds since the epoch. */
export interface FrontDoorCertificate {
  /** Lower case, sorted. */
  readonly names: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
  /** Hex, as OpenSSL writes it. */
  readonly serial: string;
  /** Hex; undefined where the certificate has none. */
  readonly authorityKeyId: string | undefined;
  readonly issuer: string;
  /** What the key is of; words for one that isthmus does not make, `ec secp384r1`. */
  readonly keyType: string;
  /** Why no client can use it whatever the time, in words that follow "it"; undefined = nothing. */
  readonly flaw: string | undefined;
}

/**
 * Judges a chain (PEM, the certificate first) with its key (PEM), since Envoy
 * looks at nothing but whether the two belong together. Undefined where the
 * text begins with no certificate that can be read.
 */
export function inspectFrontDoor(chain: string, key: Secret): FrontDoorCertificate | undefined {
  const { certificates, unreadable } = readBundle(chain);
  const [leaf] = certificates;
  if (leaf === undefined) {
    return undefined;
  }
  const link = linkOf(leaf);
  return {
    names: hostsOf(leaf.toString())
      .map((name) => name.toLowerCase())
      .toSorted(),
    notBefore: Date.parse(leaf.validFrom),
    notAfter: Date.parse(leaf.validTo),
    serial: leaf.serialNumber,
    authorityKeyId: link.authorityKeyId,
    issuer: leaf.issuer.replaceAll("\n", ", "),
    keyType: keyTypeOf(leaf.publicKey),
    flaw:
      unreadable > 0
        ? "has a certificate in its chain that cannot be read"
        : (keyFlaw(leaf, key) ?? usageFlaw(leaf) ?? chainFlaw(certificates)),
  };
}

function keyFlaw(leaf: X509Certificate, key: Secret): string | undefined {
  try {
    return leaf.checkPrivateKey(createPrivateKey(key.expose())) ? undefined : "has a key of another certificate";
  } catch {
    // OpenSSL's own words may quote the key.
    return "has a key that cannot be read";
  }
}

function usageFlaw(leaf: X509Certificate): string | undefined {
  const { isAuthority, lacksPurposes } = linkOf(leaf);
  if (isAuthority) {
    return "is the certificate of an authority";
  }
  return lacksPurposes.includes("serverAuth") ? "is not for servers (extendedKeyUsage)" : undefined;
}

/** Each is signed by the next: clients get no other way to a root than this one. */
function chainFlaw(certificates: readonly X509Certificate[]): string | undefined {
  const links = certificates.map(linkOf);
  const broken = links.findIndex((link, index) => {
    const next = links[index + 1];
    return next !== undefined && !(link.issuer === next.subject && isSignedBy(link, next));
  });
  return broken === -1 ? undefined : `has a chain whose certificate ${broken + 1} is not signed by the next one`;
}

function keyTypeOf({ asymmetricKeyType, asymmetricKeyDetails: details }: KeyObject): string {
  if (asymmetricKeyType === "rsa") {
    return `rsa-${details?.modulusLength ?? 0}`;
  }
  const curve = details?.namedCurve;
  return asymmetricKeyType === "ec" && curve === "prime256v1"
    ? "ecdsa-p256"
    : [asymmetricKeyType, curve].join(" ").trim();
}
