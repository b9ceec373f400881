import type { CertificateLink } from "./certificate-link.ts";
import { isSelfIssued, isSignedBy, quoted, quoteName } from "./certificate-link.ts";
import { constraintAgainst, constraintAgainstSubject } from "./name-constraints.ts";
import type { PartNames } from "./part-names.ts";

/** Why something does not hold, and who stumbles over it: an istiod that starts, or every proxy that meets what it signs. */
export interface ChainFlaw {
  readonly words: string;
  readonly effect: "istiod" | "proxies";
}

/** The certificates that a chain may be made of. */
export interface ChainParts {
  /** The intermediate that istiod signs with. */
  readonly signer: CertificateLink;
  /** What istiod sends along with what it signs, in any order. */
  readonly chain: readonly CertificateLink[];
  /** What is trusted, in its order. */
  readonly roots: readonly CertificateLink[];
  /** What the mesh's workloads are called under: `cluster.local` where nothing else is set. */
  readonly trustDomain: string;
}

export type FoundChain =
  | {
      readonly kind: "found";
      /** From the signer to a root. */
      readonly path: readonly CertificateLink[];
    }
  | { readonly kind: "broken"; readonly flaw: ChainFlaw };

/** Longer chains than any authority has, and enough tries for every bundle of cross-signed ones. */
const [longest, mostTries] = [10, 500];

/**
 * The way from a signer to a root as istiod looks for it (Go's
 * `x509.Certificate.Verify`, https://pkg.go.dev/crypto/x509#Certificate.Verify):
 * every way is tried, one whose certificates are all valid now is preferred.
 * The dates themselves break no chain here; whoever asks judges them.
 */
export function findIstiodChain(parts: ChainParts, names: PartNames, now: Date): FoundChain {
  const found: (readonly CertificateLink[])[] = [];
  const failures: { readonly depth: number; readonly words: string }[] = [];
  let tries = 0;
  const search = (path: readonly CertificateLink[]): void => {
    const last = path.at(-1);
    tries += 1;
    if (last === undefined || path.length > longest || tries > mostTries) {
      return;
    }
    if (holds(parts.roots, last)) {
      const words = constraintOnPath(path, names);
      if (words === undefined) {
        found.push(path);
      } else {
        failures.push({ depth: path.length + 1, words });
      }
      return;
    }
    const candidates = [...parts.roots, ...parts.chain].filter(
      (one) => one.subject === last.issuer && !path.some(({ identity }) => identity === one.identity),
    );
    if (candidates.length === 0) {
      failures.push({ depth: path.length, words: misspelt(last, path, parts, names) ?? lackOf(last, path, names) });
    }
    for (const candidate of candidates) {
      const words = refusalOf(last, candidate, path.length - 1, nameOf(last, path, names));
      if (words === undefined) {
        search([...path, candidate]);
      } else {
        failures.push({ depth: path.length + 1, words });
      }
    }
  };
  search([parts.signer]);
  const path = found.find((one) => one.every((link) => isValidAt(link, now))) ?? found[0];
  if (path !== undefined) {
    return { kind: "found", path };
  }
  const deepest = failures.reduce((best, one) => (one.depth > best.depth ? one : best), {
    depth: 0,
    words: `${names.ca} leads to no certificate of ${names.root}`,
  });
  return { kind: "broken", flaw: { words: deepest.words, effect: "istiod" } };
}

/**
 * The way from a signer to a root as every proxy looks for it when it meets a
 * certificate that the signer has signed (BoringSSL's X509_verify_cert,
 * https://github.com/google/boringssl/blob/main/crypto/x509/x509_vfy.cc). It
 * goes one way only: of several certificates that could be an issuer by name
 * and key identifier the first one counts, those that are trusted before those
 * that were sent along. It also counts the signer itself among the authorities
 * below another one, and asks it for the right to sign.
 */
export function findProxyChain(parts: ChainParts, names: PartNames): FoundChain {
  const broken = (words: string): FoundChain => ({ kind: "broken", flaw: { words, effect: "proxies" } });
  const { signer } = parts;
  const first = issuerFor({ issuer: signer.subject, authorityKeyId: signer.subjectKeyId }, parts);
  if (first === undefined) {
    return broken(`${names.chain} does not hold ${names.ca}, so that nobody is sent it`);
  }
  if (first.identity !== signer.identity) {
    return broken(`another certificate with the subject of ${names.ca} comes before it in ${names.chain}`);
  }
  if (!signer.maySignCertificates) {
    return broken(`the keyUsage of ${names.ca} does not allow it to sign certificates`);
  }
  const path: CertificateLink[] = [first];
  let last = first;
  let searched = parts;
  while (path.length <= longest && !isSelfIssued(last)) {
    // Above a trusted certificate only trusted ones are looked for.
    searched = holds(parts.roots, last) ? { ...parts, chain: [] } : searched;
    const issuer = issuerFor(last, searched);
    if (issuer === undefined || holds(path, issuer)) {
      break;
    }
    const below = path.filter((one) => !isSelfIssued(one)).length;
    const called = nameOf(last, path, names);
    const words = refusalOf(last, issuer, below, called);
    if (words !== undefined) {
      return broken(
        isTwin(issuer, parts.roots) && !isSignedBy(last, issuer)
          ? `${names.root} holds several certificates ${quoted(issuer)} that no key identifier tells apart, and the first of them did not sign ${called}`
          : words,
      );
    }
    path.push(issuer);
    last = issuer;
  }
  const flaw = proxyFlawOn(path, names, parts.trustDomain);
  return flaw === undefined && path.some((link) => holds(parts.roots, link))
    ? { kind: "found", path }
    : broken(flaw ?? lackOf(last, path, names));
}

/** What proxies ask of the certificates of a way beyond that each has signed the one before. */
function proxyFlawOn(path: readonly CertificateLink[], names: PartNames, trustDomain: string): string | undefined {
  const unread = path.find((link) => link.refusedByEnvoy !== undefined);
  if (unread !== undefined) {
    return `${nameOf(unread, path, names)} ${unread.refusedByEnvoy ?? ""}`;
  }
  const missing = path.find((link) => link.lacksPurposes.length > 0);
  return missing === undefined
    ? (subjectConstraintOn(path, names) ?? constraintOnSigned(path, names, trustDomain))
    : `the extendedKeyUsage of ${quoted(missing)} leaves out ${missing.lacksPurposes.join(" and ")}`;
}

/** True when a certificate is valid at that time. */
export function isValidAt({ certificate }: CertificateLink, time: Date): boolean {
  return new Date(certificate.validFrom) <= time && time <= new Date(certificate.validTo);
}

function holds(links: readonly CertificateLink[], link: CertificateLink): boolean {
  return links.some((one) => one.certificate.fingerprint256 === link.certificate.fingerprint256);
}

/** The certificate that BoringSSL takes for an issuer: the first of the trusted ones, else of the others, that fits by name and key identifier. */
function issuerFor(
  { issuer, authorityKeyId }: Pick<CertificateLink, "issuer" | "authorityKeyId">,
  { roots, chain, signer }: ChainParts,
): CertificateLink | undefined {
  const fits = (one: CertificateLink): boolean =>
    one.subject === issuer &&
    (authorityKeyId === undefined || one.subjectKeyId === undefined || authorityKeyId === one.subjectKeyId);
  return roots.find(fits) ?? chain.find(fits) ?? (holds(roots, signer) && fits(signer) ? signer : undefined);
}

function isTwin(issuer: CertificateLink, roots: readonly CertificateLink[]): boolean {
  return roots.filter((one) => one.subject === issuer.subject).length > 1;
}

/** Why one certificate cannot have signed another, `below` authorities of which are below it; undefined when it has. */
function refusalOf(link: CertificateLink, issuer: CertificateLink, below: number, called: string): string | undefined {
  if (!isSignedBy(link, issuer)) {
    return `${called} is not signed by the certificate ${quoted(issuer)} that it names`;
  }
  if (!issuer.isAuthority) {
    return `${quoted(issuer)}, which signed ${called}, is not a certificate authority (CA:FALSE)`;
  }
  if (!issuer.maySignCertificates) {
    return `the keyUsage of ${quoted(issuer)}, which signed ${called}, does not allow it to sign certificates`;
  }
  if (issuer.pathLength !== undefined && below > issuer.pathLength) {
    return `${quoted(issuer)} allows ${issuer.pathLength} authorities below it (pathlen:${issuer.pathLength}), and there ${below === 1 ? "is 1" : `are ${below}`}`;
  }
  if (issuer.refusedByGo !== undefined) {
    return `${quoted(issuer)}, which signed ${called}, ${issuer.refusedByGo}`;
  }
  if (issuer.unreadKey !== undefined) {
    return `the key of ${quoted(issuer)}, which signed ${called}, is of ${issuer.unreadKey}, which neither istiod nor Envoy reads`;
  }
  if (link.weakSignature) {
    return `${called} is signed over SHA-1 or MD5, which istiod does not verify`;
  }
  return issuer.isForNoServer
    ? `the extendedKeyUsage of ${quoted(issuer)}, which signed ${called}, leaves out serverAuth`
    : undefined;
}

/** A name of a certificate on the way that one above it may not sign for; Go judges it of intermediates too. */
function constraintOnPath(path: readonly CertificateLink[], names: PartNames): string | undefined {
  return firstOf(path, (link, above) =>
    link.alternativeNames
      .flatMap(({ kind, value }) => (kind === "dns" || kind === "uri" ? [{ kind, host: hostOf(kind, value) }] : []))
      .map((name) => ({ name, words: above.nameConstraints && constraintAgainst(above.nameConstraints, name) }))
      .filter(({ words }) => words !== undefined)
      .map(
        ({ name, words }) =>
          `${quoted(above)} ${words ?? ""} (name constraints), and ${nameOf(link, path, names)} is for ${name.host}`,
      )
      .at(0),
  );
}

function subjectConstraintOn(path: readonly CertificateLink[], names: PartNames): string | undefined {
  return firstOf(path, (link, above) => {
    const words =
      isSelfIssued(link) || above.nameConstraints === undefined
        ? undefined
        : constraintAgainstSubject(above.nameConstraints, link.subjectDer);
    return words === undefined
      ? undefined
      : `${quoted(above)} ${words} (name constraints), and ${nameOf(link, path, names)} is ${quoted(link)}`;
  });
}

/** Each certificate of a path with each one above it. */
function firstOf(
  path: readonly CertificateLink[],
  judge: (link: CertificateLink, above: CertificateLink) => string | undefined,
): string | undefined {
  for (const [index, link] of path.entries()) {
    for (const above of path.slice(index + 1)) {
      const words = judge(link, above);
      if (words !== undefined) {
        return words;
      }
    }
  }
  return undefined;
}

/**
 * What istiod signs with the first of a path, against the constraints of all:
 * workloads by their SPIFFE URI, which every proxy judges, and its own name,
 * which agents and API servers do.
 */
function constraintOnSigned(
  path: readonly CertificateLink[],
  names: PartNames,
  trustDomain: string,
): string | undefined {
  const signed = [
    { kind: "uri" as const, host: trustDomain, what: `workloads as spiffe://${trustDomain}/…` },
    { kind: "dns" as const, host: istiodHost, what: `itself as ${istiodHost}` },
  ];
  for (const link of path) {
    for (const { what, ...name } of signed) {
      const words = link.nameConstraints && constraintAgainst(link.nameConstraints, name);
      if (words !== undefined) {
        return `${nameOf(link, path, names)} ${words} (name constraints), and istiod signs ${what}`;
      }
    }
  }
  return undefined;
}

const istiodHost = "istiod.istio-system.svc";

function hostOf(kind: "dns" | "uri", value: string): string {
  return kind === "uri" && URL.canParse(value) ? new URL(value).hostname : value;
}

/** An issuer that is there under a name of other bytes: BoringSSL takes it, Go does not (findings/x509-names-of-two-spellings.sh). */
function misspelt(
  link: CertificateLink,
  path: readonly CertificateLink[],
  { roots, chain }: ChainParts,
  names: PartNames,
): string | undefined {
  const issuer = [...roots, ...chain].find((one) => isSignedBy(link, one));
  return issuer === undefined || isSelfIssued(link)
    ? undefined
    : `${nameOf(link, path, names)} is signed by ${quoted(issuer)}, and names it ${quoteName(link.certificate.issuer)} in other letters or another encoding of them, which istiod does not take for the same`;
}

function lackOf(link: CertificateLink, path: readonly CertificateLink[], names: PartNames): string {
  if (isSelfIssued(link)) {
    return path.length === 1
      ? `${names.ca} is a root of its own (${quoted(link)}) that ${names.root} does not hold`
      : `${names.ca} leads to the root ${quoted(link)}, which ${names.root} does not hold`;
  }
  return `${nameOf(link, path, names)} is issued by ${quoteName(link.certificate.issuer)}, which is in neither ${names.chain} nor ${names.root}`;
}

function nameOf(link: CertificateLink, path: readonly CertificateLink[], names: PartNames): string {
  return path[0] === link ? names.ca : quoted(link);
}
