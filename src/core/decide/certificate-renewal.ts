import { createHash } from "node:crypto";
import type { DecisionRule } from "./first-verdict.ts";
import { firstVerdict } from "./first-verdict.ts";

/** What the mesh file asks of one certificate. */
export interface WantedCertificate {
  /** Lower case. */
  readonly names: readonly string[];
  /** The directory of the ACME server. */
  readonly server: string;
  readonly profile?: string;
  readonly keyType: string;
  /** How long before its end it is renewed; undefined: by its life. */
  readonly renewBeforeSeconds?: number;
}

/** What one cluster holds for it. Times in milliseconds since the epoch. */
export type HeldCertificate = { readonly cluster: string } & (
  | { readonly kind: "absent" }
  /** There is a Secret, and no certificate in it that can be read. */
  | { readonly kind: "unreadable" }
  | {
      readonly kind: "present";
      readonly names: readonly string[];
      readonly notBefore: number;
      readonly notAfter: number;
      readonly serial: string;
      readonly keyType: string;
      /** What is wrong with it whatever the time, in words that follow "it". */
      readonly flaw?: string;
      /** From which server it was ordered, and by which profile; undefined where the Secret does not say. */
      readonly server?: string;
      readonly profile?: string;
    }
);

export type PresentCertificate = Extract<HeldCertificate, { readonly kind: "present" }>;

/** What an authority says of when to renew a certificate (RFC 9773). */
export interface SuggestedWindow {
  readonly start: number;
  readonly end: number;
}

export interface CertificateFacts {
  readonly wanted: WantedCertificate;
  /** Of the clusters that answer and are to hold it. */
  readonly held: readonly HeldCertificate[];
  readonly now: number;
  /** By serial number; without one the certificate's life decides. */
  readonly windows?: Readonly<Record<string, SuggestedWindow | undefined>>;
  /** Clusters that answer and have not said what they hold. */
  readonly unread?: readonly string[];
  /** True where somebody wants a new one whatever there is. */
  readonly forced?: boolean;
}

export interface CertificateVerdict {
  /** `wait`: nothing that was seen fits, and a cluster has not said what it holds; what was not seen is not ordered. */
  readonly action: "keep" | "place" | "order" | "wait";
  /** Why, in words: a clause. */
  readonly reason: string;
  /** The cluster whose certificate all are to hold; of an order, that by which they go on where it fails. */
  readonly from?: string;
  /** When that one is renewed, milliseconds since the epoch. */
  readonly renewAt?: number;
}

/**
 * Whether a certificate is ordered, or one that a cluster holds is put into
 * all of them. The clusters are what counts: where one of them holds a
 * certificate that is as asked and not due, nothing is ordered.
 */
export function decideCertificate(facts: CertificateFacts): CertificateVerdict {
  return firstVerdict(chain, facts);
}

const chain: readonly DecisionRule<CertificateFacts, CertificateVerdict>[] = [
  orderWhenForced, // make sure that a person's word counts
  waitForAnswers, // make sure that nothing is said of clusters that nobody has asked
  waitForUnread, // make sure that nothing is ordered because of what was not seen
  orderWhenNone, // make sure that the name is served at all
  orderWhenNoneFits, // make sure that clients accept what is served
  orderWhenDue, // make sure that they still do tomorrow
  placeWhereMissing, // make sure that every address shows the same one
  (facts) => {
    const best = bestOf(facts);
    return { action: "keep", reason: "it is valid and as the mesh file asks", ...lifeOf(facts, best) };
  },
];

function orderWhenForced(facts: CertificateFacts): CertificateVerdict | undefined {
  return facts.forced === true
    ? { action: "order", reason: "it was asked for", ...lifeOf(facts, bestOf(facts)) }
    : undefined;
}

function waitForAnswers({ held, unread = [] }: CertificateFacts): CertificateVerdict | undefined {
  return held.length === 0 && unread.length === 0
    ? { action: "wait", reason: "no cluster that is to show it answers" }
    : undefined;
}

function waitForUnread(facts: CertificateFacts): CertificateVerdict | undefined {
  const { unread = [] } = facts;
  return unread.length > 0 && bestOf(facts) === undefined && usableOf(facts) === undefined
    ? {
        action: "wait",
        reason: `${unread.join(", ")} ${unread.length === 1 ? "has" : "have"} not said what ${unread.length === 1 ? "it holds" : "they hold"}, and no other cluster holds one that fits`,
      }
    : undefined;
}

function orderWhenNone({ held }: CertificateFacts): CertificateVerdict | undefined {
  return held.every(({ kind }) => kind === "absent")
    ? { action: "order", reason: "no cluster that answers holds one" }
    : undefined;
}

function orderWhenNoneFits(facts: CertificateFacts): CertificateVerdict | undefined {
  if (bestOf(facts) !== undefined) {
    return undefined;
  }
  const why = facts.held.flatMap((one) => {
    const words = lackOf(one, facts);
    return words === undefined ? [] : [{ cluster: one.cluster, words }];
  });
  const usable = usableOf(facts);
  return { action: "order", reason: joinWhy(why), ...(usable === undefined ? {} : { from: usable.cluster }) };
}

/** One that clients accept for every wanted name, though it is not what the mesh file asks now. */
function usableOf({ held, wanted, now }: CertificateFacts): PresentCertificate | undefined {
  return held
    .filter((one) => one.kind === "present")
    .filter((one) => flawOf(one, now) === undefined && wanted.names.every((name) => covers(one.names, name)))
    .toSorted(longerFirst)[0];
}

/** A wildcard stands for one label; a wanted wildcard needs that very one (https://www.rfc-editor.org/rfc/rfc6125#section-6.4.3). */
function covers(names: readonly string[], name: string): boolean {
  return names.includes(name) || (!name.startsWith("*.") && names.includes(`*.${name.split(".").slice(1).join(".")}`));
}

function longerFirst(a: PresentCertificate, b: PresentCertificate): number {
  return b.notAfter - a.notAfter || (a.serial < b.serial ? -1 : 1);
}

function orderWhenDue(facts: CertificateFacts): CertificateVerdict | undefined {
  const best = bestOf(facts);
  if (best === undefined) {
    return undefined;
  }
  const { at, why } = renewalOf(best, facts.wanted, facts.windows?.[best.serial]);
  return at <= facts.now
    ? { action: "order", reason: `it is due since ${day(at)}: ${why}`, ...lifeOf(facts, best) }
    : undefined;
}

function placeWhereMissing(facts: CertificateFacts): CertificateVerdict | undefined {
  const best = bestOf(facts);
  const others = facts.held.filter(
    (one) => one.kind !== "present" || one.serial !== best?.serial || one.flaw !== undefined,
  );
  if (best === undefined || others.length === 0) {
    return undefined;
  }
  const why = others.map((one) => ({
    cluster: one.cluster,
    words:
      lackOf(one, facts) ?? (one.kind === "present" ? `it holds another one (serial ${one.serial})` : "it holds none"),
  }));
  return { action: "place", reason: `${best.cluster} holds a valid one; ${joinWhy(why)}`, ...lifeOf(facts, best) };
}

/** The one that all clusters should hold: of those without a lack the one that lasts longest. */
function bestOf(facts: CertificateFacts): PresentCertificate | undefined {
  return facts.held
    .filter((one) => one.kind === "present")
    .filter((one) => lackOf(one, facts) === undefined)
    .toSorted(longerFirst)[0];
}

function lifeOf(
  { wanted, windows }: CertificateFacts,
  best: PresentCertificate | undefined,
): Pick<CertificateVerdict, "from" | "renewAt"> {
  return best === undefined ? {} : { from: best.cluster, renewAt: renewalOf(best, wanted, windows?.[best.serial]).at };
}

/** Why what a cluster holds is not what is asked, in words about "it"; undefined where it is. */
export function lackOf(
  one: HeldCertificate,
  { wanted, now }: Pick<CertificateFacts, "wanted" | "now">,
): string | undefined {
  switch (one.kind) {
    case "absent":
      return "it holds none";
    case "unreadable":
      return "its Secret holds no certificate that can be read";
    case "present":
      return flawOf(one, now) ?? changeOf(one, wanted);
  }
}

function flawOf({ flaw, notBefore, notAfter }: PresentCertificate, now: number): string | undefined {
  if (flaw !== undefined) {
    return `its certificate ${flaw}`;
  }
  if (notAfter <= now) {
    return `its certificate ended on ${day(notAfter)}`;
  }
  return notBefore > now ? `its certificate is valid only from ${day(notBefore)}` : undefined;
}

function changeOf(one: PresentCertificate, wanted: WantedCertificate): string | undefined {
  const lacks = wanted.names.filter((name) => !one.names.includes(name));
  const more = one.names.filter((name) => !wanted.names.includes(name));
  if (lacks.length > 0) {
    return `its certificate is not for ${lacks.join(", ")}`;
  }
  if (more.length > 0) {
    return `its certificate is also for ${more.join(", ")}, which no route has any more`;
  }
  if (one.server !== wanted.server) {
    return `its certificate was ${one.server === undefined ? "not ordered by isthmus" : `ordered from ${one.server}`}`;
  }
  if (wanted.profile !== undefined && one.profile !== wanted.profile) {
    return `its certificate has the profile ${one.profile ?? "of the server's choice"}`;
  }
  return one.keyType === wanted.keyType ? undefined : `its key is of type ${one.keyType}`;
}

const dayMs = 24 * 3600 * 1000;
/** A life below this is renewed at its half, as Let's Encrypt wants it for short-lived certificates. */
const shortLifeMs = 10 * dayMs;

/**
 * When a certificate is renewed, and why then. By the authority's window at a
 * moment within it that the serial number chooses, so that the certificates of
 * an authority spread over it and everybody who asks gets the same answer (RFC
 * 9773, 4.2 wants a random one). Else by `renewBefore`, or when a third of its
 * life is left, half of a short one
 * (https://letsencrypt.org/docs/integration-guide/#when-to-renew). A
 * `renewBefore` as long as the whole life would order at every apply and does not count.
 */
export function renewalOf(
  { notBefore, notAfter, serial }: Pick<PresentCertificate, "notBefore" | "notAfter" | "serial">,
  { renewBeforeSeconds }: Pick<WantedCertificate, "renewBeforeSeconds">,
  window?: SuggestedWindow,
): { readonly at: number; readonly why: string } {
  const life = notAfter - notBefore;
  const left = life < shortLifeMs ? 1 / 2 : 1 / 3;
  const ownMs = (renewBeforeSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  const own =
    ownMs < life
      ? { at: notAfter - ownMs, why: `renewBefore of its issuer is ${days(ownMs)}` }
      : {
          at: notAfter - life * left,
          why: `${left === 1 / 2 ? "half" : "a third"} of its ${days(life)} is left${renewBeforeSeconds === undefined ? "" : `, since renewBefore of its issuer (${days(ownMs)}) is no shorter than its life`}`,
        };
  // One that goes on after the certificate's end would let it end.
  if (window === undefined || window.end > notAfter) {
    return own;
  }
  const at = window.start + fractionOf(serial) * (window.end - window.start);
  const suggested = { at, why: `the ACME server wants it renewed from ${day(window.start)} to ${day(window.end)}` };
  return ownMs < life && own.at < at ? own : suggested;
}

/** From 0 to 1, by a digest: serial numbers themselves need not be spread evenly. */
function fractionOf(serial: string): number {
  return createHash("sha256").update(serial).digest().readUInt32BE(0) / 2 ** 32;
}

function joinWhy(why: readonly { readonly cluster: string; readonly words: string }[]): string {
  const byWords = new Map<string, string[]>();
  for (const { cluster, words } of why) {
    byWords.set(words, [...(byWords.get(words) ?? []), cluster]);
  }
  return [...byWords].map(([words, clusters]) => `${clusters.join(", ")}: ${words}`).join("; ");
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace("T", " ");
}

function days(ms: number): string {
  const whole = Math.round((ms / dayMs) * 10) / 10;
  return whole >= 1 ? `${whole} d` : `${Math.round(ms / 3_600_000)} h`;
}
