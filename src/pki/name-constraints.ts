import { Buffer } from "node:buffer";
import type { DerElement } from "./der.ts";
import { insideDer, readDer } from "./der.ts";

/** What names an authority may sign for (RFC 5280, 4.2.1.10). */
export interface NameConstraints {
  readonly permitted: readonly ConstrainedName[];
  readonly excluded: readonly ConstrainedName[];
}

/** The base of a subtree of names. */
export interface ConstrainedName {
  /** `other` is a kind that Go does not read, such as an X.400 address. */
  readonly kind: NameKind;
  /** A domain for DNS, URI and e-mail; hex of the DER for everything else. */
  readonly value: string;
}

type NameKind = "dns" | "email" | "uri" | "ip" | "directory" | "other";

const kinds: Readonly<Record<number, NameKind>> = {
  0x81: "email",
  0x82: "dns",
  0x86: "uri",
  0x87: "ip",
  0xa4: "directory",
};
const [permittedTag, excludedTag] = [0xa0, 0xa1];

/** Reads the extension from the DER of its value. */
export function readNameConstraints(value: Buffer): NameConstraints {
  const parts = insideDer(value);
  const under = (tag: number): readonly ConstrainedName[] =>
    parts.filter((part) => part.tag === tag).flatMap(({ content }) => readDer(content).map(readSubtree));
  return { permitted: under(permittedTag), excluded: under(excludedTag) };
}

function readSubtree({ content }: DerElement): ConstrainedName {
  const [base] = readDer(content);
  return base === undefined ? { kind: "other", value: "" } : readName(base);
}

function readName({ tag, content }: DerElement): ConstrainedName {
  const kind = kinds[tag] ?? "other";
  const isText = kind === "dns" || kind === "uri" || kind === "email";
  return { kind, value: isText ? content.toString("latin1") : content.toString("hex") };
}

/** The DNS names and URIs of a certificate, from the DER of its subject alternative names. */
export function readAlternativeNames(value: Buffer): readonly ConstrainedName[] {
  return insideDer(value).map(readName);
}

/** True for one that Go leaves to nobody: marked critical, its certificate is refused by every istiod (crypto/x509, parseNameConstraintsExtension). */
export function constrainsUnreadNames({ permitted, excluded }: NameConstraints): boolean {
  return [...permitted, ...excluded].some(({ kind }) => kind === "directory" || kind === "other");
}

/**
 * The constraint by which a name may not be signed for, in words that follow
 * the certificate's own; undefined where the name may be. Of both readers the
 * stricter one counts. Go takes a domain for itself and all below it
 * (https://pkg.go.dev/crypto/x509#Certificate.Verify), Envoy's BoringSSL takes
 * one of a URI for that very host unless it begins with a dot
 * (https://github.com/google/boringssl/blob/main/crypto/x509/v3_ncons.cc).
 */
export function constraintAgainst(
  { permitted, excluded }: NameConstraints,
  name: { readonly kind: "dns" | "uri"; readonly host: string },
): string | undefined {
  const ofKind = (all: readonly ConstrainedName[]): readonly string[] =>
    all.filter(({ kind }) => kind === name.kind).map(({ value }) => value);
  const allowed = ofKind(permitted);
  const what = name.kind === "dns" ? "DNS names" : "URIs";
  if (allowed.length > 0 && !allowed.some((base) => isBelow(name.host, base) && isExact(name, base))) {
    return `permits no ${what} but those of ${allowed.map((base) => base || "nobody").join(", ")}`;
  }
  const refused = ofKind(excluded).find(
    (base) => isBelow(name.host, base) || (name.kind === "uri" && same(name.host, base)),
  );
  return refused === undefined ? undefined : `excludes ${what} of ${refused || "everybody"}`;
}

function isBelow(host: string, base: string): boolean {
  const [own, other] = [host.toLowerCase(), base.toLowerCase()];
  return other === "" || own === other || own.endsWith(other.startsWith(".") ? other : `.${other}`);
}

/** What BoringSSL asks of a URI beyond Go. */
function isExact({ kind, host }: { readonly kind: "dns" | "uri"; readonly host: string }, base: string): boolean {
  return kind === "dns" || base.startsWith(".") || same(host, base);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The parts of a subject or a directory name, each in a form that compares without letter case. */
function partsOfName(name: Buffer): readonly string[] {
  return insideDer(name).map(({ content }) =>
    readDer(content)
      .map((attribute) => {
        const [type, value] = readDer(attribute.content);
        const text = value?.content.toString("latin1").trim().replaceAll(/\s+/g, " ").toLowerCase() ?? "";
        return `${type?.content.toString("hex") ?? ""}=${text}`;
      })
      .toSorted()
      .join("+"),
  );
}

/**
 * The directory constraint that a subject breaks, in words that follow the
 * certificate's own. Only Envoy judges them: as BoringSSL does, by the leading
 * parts of the name.
 */
export function constraintAgainstSubject(
  { permitted, excluded }: NameConstraints,
  subject: Buffer,
): string | undefined {
  const own = partsOfName(subject);
  const bases = (all: readonly ConstrainedName[]): readonly (readonly string[])[] =>
    all.filter(({ kind }) => kind === "directory").map(({ value }) => partsOfName(Buffer.from(value, "hex")));
  const leads = (base: readonly string[]): boolean => base.every((part, index) => own[index] === part);
  const allowed = bases(permitted);
  if (own.length > 0 && allowed.length > 0 && !allowed.some(leads)) {
    return "permits other subjects only";
  }
  return own.length > 0 && bases(excluded).some(leads) ? "excludes the subject" : undefined;
}
