import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { X509Certificate } from "node:crypto";
import type { Algorithm, CertificateFields } from "./certificate-fields.ts";
import { readFields } from "./certificate-fields.ts";
import { derTags, insideDer, readDer, readOid } from "./der.ts";
import type { ConstrainedName, NameConstraints } from "./name-constraints.ts";
import { constrainsUnreadNames, readAlternativeNames, readNameConstraints } from "./name-constraints.ts";

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
  /** What names it may sign for; undefined for any. */
  readonly nameConstraints: NameConstraints | undefined;
  /** The DER of its subject. */
  readonly subjectDer: Buffer;
  /** The DNS names and URIs that it is for. */
  readonly alternativeNames: readonly ConstrainedName[];
  /** A critical extension that Go refuses a certificate for, in words that follow it; undefined where it has none. */
  readonly refusedByGo: string | undefined;
  /** The same of Envoy. */
  readonly refusedByEnvoy: string | undefined;
  /** What its public key is of, where Go reads no certificate with such a key, nor Envoy: `the curve secp256k1`. */
  readonly unreadKey: string | undefined;
}

const anyPurpose = "2.5.29.37.0";
const purposes = { serverAuth: "1.3.6.1.5.5.7.3.1", clientAuth: "1.3.6.1.5.5.7.3.2" } as const;
const extensionIds = {
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  basicConstraints: "2.5.29.19",
  authorityKeyId: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  nameConstraints: "2.5.29.30",
  alternativeNames: "2.5.29.17",
};

/**
 * Extensions that Go reads (crypto/x509, processExtensions; it refuses key
 * identifiers and access to issuers that are marked critical at all) and that
 * BoringSSL does (x509_vfy.cc and v3_purp.cc, X509_supported_extension).
 */
const readers = {
  Go: new Set(["15", "17", "19", "30", "31", "32", "33", "35", "36", "37", "54"].map((arc) => `2.5.29.${arc}`)),
  Envoy: new Set([
    ...["15", "17", "19", "30", "32", "33", "36", "37", "54"].map((arc) => `2.5.29.${arc}`),
    "2.16.840.1.113730.1.1",
  ]),
} as const;

/** An extension that a reader must know and does not (RFC 5280, 4.2). */
function unreadCritical({ extensions }: CertificateFields, reader: keyof typeof readers): string | undefined {
  const found = [...extensions].find(([id, { critical }]) => critical && !readers[reader].has(id));
  return found === undefined
    ? undefined
    : `has an extension ${found[0]} that is marked critical and that ${reader} does not read`;
}

/** One of a fleet's clusters and all its gateways show the same few certificates; what is read of one is kept. */
const known = new Map<string, CertificateLink>();
const mostKnown = 5000;

/** Reads what a chain is judged by. Throws for what only OpenSSL takes for a certificate. */
export function linkOf(certificate: X509Certificate): CertificateLink {
  const key = certificate.raw.toString("base64");
  const kept = known.get(key);
  if (kept !== undefined) {
    return kept;
  }
  const link = readLink(certificate);
  if (known.size >= mostKnown) {
    known.clear();
  }
  known.set(key, link);
  return link;
}

function readLink(certificate: X509Certificate): CertificateLink {
  const fields = readFields(certificate.raw);
  const constraints = readConstraints(fields);
  const extended = valueOf(fields, extensionIds.extendedKeyUsage, (value) =>
    insideDer(value).map(({ content }) => readOid(content)),
  );
  const [subject, issuer] = [fields.subject.toString("hex"), fields.issuer.toString("hex")];
  const nameConstraints = valueOf(fields, extensionIds.nameConstraints, readNameConstraints);
  const publicKey = certificate.publicKey.export({ format: "der", type: "spki" });
  return {
    certificate,
    identity: createHash("sha256").update(subject).update(publicKey).digest("hex"),
    subject,
    issuer,
    subjectKeyId: valueOf(fields, extensionIds.subjectKeyId, (value) => readDer(value)[0]?.content.toString("hex")),
    // [0] of it is the identifier; issuer and serial number may follow or stand alone.
    authorityKeyId: valueOf(fields, extensionIds.authorityKeyId, (value) =>
      insideDer(value)
        .find(({ tag }) => tag === 0x80)
        ?.content.toString("hex"),
    ),
    isAuthority: constraints?.ca ?? (fields.extensions.size === 0 && subject === issuer),
    pathLength: constraints?.pathLength,
    maySignCertificates: valueOf(fields, extensionIds.keyUsage, allowsSigning) ?? true,
    lacksPurposes:
      extended === undefined
        ? []
        : (["serverAuth", "clientAuth"] as const).filter((one) => !extended.includes(purposes[one])),
    isForNoServer: extended !== undefined && !extended.includes(anyPurpose) && !extended.includes(purposes.serverAuth),
    weakSignature: isWeak(fields.signature),
    nameConstraints,
    subjectDer: fields.subject,
    alternativeNames: valueOf(fields, extensionIds.alternativeNames, readAlternativeNames) ?? [],
    refusedByGo:
      unreadCritical(fields, "Go") ??
      (nameConstraints !== undefined &&
      fields.extensions.get(extensionIds.nameConstraints)?.critical === true &&
      constrainsUnreadNames(nameConstraints)
        ? "has name constraints of directory names or of another kind that Go does not read, and marks them critical"
        : undefined),
    refusedByEnvoy: unreadCritical(fields, "Envoy"),
    unreadKey: unreadKeyOf(certificate),
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

/** The subject of a certificate as a message has it: `"O=Example, CN=root"`. */
export function quoted({ certificate }: Pick<CertificateLink, "certificate">): string {
  return quoteName(certificate.subject);
}

/** The same of a name as Node gives it; one without parts is undefined there. */
export function quoteName(name: string | undefined): string {
  return `"${(name ?? "").replaceAll("\n", ", ")}"`;
}

function valueOf<T>(
  { extensions }: CertificateFields,
  id: string,
  read: (value: Buffer) => T | undefined,
): T | undefined {
  const extension = extensions.get(id);
  return extension === undefined ? undefined : read(extension.value);
}

/** cA is a BOOLEAN that is left out where it is false; pathLenConstraint follows (RFC 5280, 4.2.1.9). */
function readConstraints(
  fields: CertificateFields,
): { readonly ca: boolean; readonly pathLength: number | undefined } | undefined {
  return valueOf(fields, extensionIds.basicConstraints, (value) => {
    const parts = insideDer(value);
    const length = parts.find(({ tag }) => tag === derTags.integer)?.content;
    return {
      ca: parts.some(({ tag, content }) => tag === derTags.boolean && content[0] !== 0),
      pathLength: length === undefined ? undefined : Number.parseInt(length.toString("hex"), 16),
    };
  });
}

/** keyCertSign is bit 5 of a BIT STRING, whose first octet counts the unused bits at its end (RFC 5280, 4.2.1.3). */
function allowsSigning(value: Buffer): boolean {
  const bits = readDer(value)[0]?.content ?? value;
  return ((bits[1] ?? 0) & 0x04) !== 0;
}

/** The curves that Go's crypto/x509 knows (https://pkg.go.dev/crypto/x509, parsePublicKey), and BoringSSL with it. */
const knownCurves = new Set(["secp224r1", "prime256v1", "secp384r1", "secp521r1"]);

function unreadKeyOf({ publicKey }: X509Certificate): string | undefined {
  const { asymmetricKeyType: type = "an unknown kind", asymmetricKeyDetails: details } = publicKey;
  if (type === "ec") {
    const curve = details?.namedCurve ?? "with parameters of its own";
    return knownCurves.has(curve) ? undefined : `the curve ${curve}`;
  }
  return type === "rsa" || type === "ed25519" ? undefined : `the kind ${type}`;
}

const overWeakHashes = new Set([
  // RSA over MD2, MD5 and SHA-1; DSA and ECDSA over SHA-1.
  "1.2.840.113549.1.1.2",
  "1.2.840.113549.1.1.4",
  "1.2.840.113549.1.1.5",
  "1.2.840.10040.4.3",
  "1.2.840.10045.4.1",
]);
const rsaPss = "1.2.840.113549.1.1.10";
const sha1 = "1.3.14.3.2.26";

/** RSASSA-PSS names its hash among its parameters, [0], and means SHA-1 where it names none (RFC 4055, 3.1). */
function isWeak({ oid, parameters }: Algorithm): boolean {
  if (oid !== rsaPss) {
    return overWeakHashes.has(oid);
  }
  const hash = parameters === undefined ? undefined : insideDer(parameters).find(({ tag }) => tag === 0xa0);
  const named = hash === undefined ? undefined : insideDer(hash.content)[0];
  return named === undefined || readOid(named.content) === sha1;
}
