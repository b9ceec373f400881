import type { Buffer } from "node:buffer";
import { setTimeout as pause } from "node:timers/promises";
import { AcmeError } from "./acme-error.ts";
import { describeProblem, readProblem } from "./acme-problem.ts";
import type { AcmeAnswer } from "./acme-wire.ts";
import type { Session } from "./acme-session.ts";
import type { Authorization, Challenge } from "./challenge.ts";
import { dnsChallengeOf, proofName, readAuthorization } from "./challenge.ts";
import { dnsProof } from "./jws.ts";

/** What is ordered. */
export interface CertificateWish {
  /** Host names, wildcards among them. */
  readonly names: readonly string[];
  readonly profile?: string;
  /** The `renewalId` of the certificate that this one takes the place of (RFC 9773, 5). */
  readonly replaces?: string;
  /** The signing request (PKCS#10, DER) for exactly these names. */
  readonly request: Buffer;
}

export interface OrderedCertificate {
  /** PEM: the certificate, then what is above it. */
  readonly chain: string;
  /** The profile that the server went by; undefined where it has none. */
  readonly profile?: string;
}

/** A TXT value at a name; a wildcard and its domain have one each at the same name. */
export interface ProofRecord {
  readonly name: string;
  readonly value: string;
}

/** Writes the records that prove names. */
export interface ProofPublisher {
  /** Adds the values, beside others that are there, and resolves when the zone's server answers with them. */
  publish(records: readonly ProofRecord[], signal: AbortSignal): Promise<void>;
  /** Takes these values away again, and no others. Never rejects: a value that stays harms nobody. */
  withdraw(records: readonly ProofRecord[]): Promise<void>;
}

export interface OrderOptions {
  readonly proofs: ProofPublisher;
  /** Until when it may last, milliseconds since the epoch. */
  readonly until: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Told what is waited for. */
  readonly onProgress: (note: string) => void;
}

/** What a server may ask to wait between two looks, milliseconds; Let's Encrypt and Pebble say some seconds. */
const [shortestWaitMs, longestWaitMs, firstWaitMs] = [100, 10_000, 300];

/** Carries an order out: proofs, request, download. Rejects with an AcmeError, what the publisher says, or the signal's reason. */
export async function orderCertificate(
  session: Session,
  wish: CertificateWish,
  options: OrderOptions,
): Promise<OrderedCertificate> {
  refuseUnknownProfile(session, wish);
  const placed = await place(session, wish, options);
  const { authorizations, finalize, profile } = placed.body;
  if (!Array.isArray(authorizations) || typeof finalize !== "string" || placed.location === undefined) {
    throw notAcme(session, "an order without authorizations, finalize or an address");
  }
  if (wish.profile !== undefined && profile !== wish.profile) {
    throw refused(session, `it went by the profile ${String(profile)} and not by ${wish.profile}, which was asked for`);
  }
  await proveAll(session, authorizations as readonly string[], options);
  await untilReady(session, placed.location, options);
  options.onProgress("waiting for the certificate");
  const signed = await session.post({
    url: finalize,
    subject: "issue the certificate",
    payload: { csr: wish.request.toString("base64url") },
    signal: options.signal,
  });
  const chain = await download(session, await untilIssued(session, placed.location, signed, options), options);
  return { chain, ...(typeof profile === "string" ? { profile } : {}) };
}

/** A server without profiles answers every name of one with an error of its own. */
function refuseUnknownProfile(session: Session, { profile }: CertificateWish): void {
  const known = Object.keys(session.directory.profiles);
  if (profile !== undefined && known.length > 0 && !known.includes(profile)) {
    throw refused(session, `it has no profile ${profile}, but ${known.join(", ")}`);
  }
}

function refused({ access }: Session, detail: string): AcmeError {
  const problem = { type: "invalidProfile", detail, subproblems: [] };
  return new AcmeError({ kind: "refused", server: access.server, subject: "take the order", message: detail, problem });
}

function notAcme({ access }: Session, message: string): AcmeError {
  return new AcmeError({ kind: "not-acme", server: access.server, subject: "take the order", message });
}

/**
 * Places the order. That it replaces a certificate only helps (RFC 9773, 5): a
 * server that does not take it (replaced already, unknown, or a fault of its
 * own as Pebble's) is asked once more without.
 */
async function place(session: Session, wish: CertificateWish, { signal }: OrderOptions): Promise<AcmeAnswer> {
  const { names, profile, replaces } = wish;
  const ask = {
    url: session.directory.newOrder,
    subject: "take the order",
    payload: {
      identifiers: names.map((value) => ({ type: "dns", value })),
      ...(profile === undefined ? {} : { profile }),
    },
    signal,
  };
  if (replaces === undefined || session.directory.renewalInfo === undefined) {
    return session.post(ask);
  }
  return session.post({ ...ask, payload: { ...ask.payload, replaces } }).catch(async (error: unknown) => {
    if (!(error instanceof AcmeError) || error.fields.problem?.type === "rateLimited") {
      throw error;
    }
    return session.post(ask);
  });
}

/** Proves all names of an order at once: their records are written in one go and looked for together. */
async function proveAll(session: Session, urls: readonly string[], options: OrderOptions): Promise<void> {
  const { proofs, signal, onProgress } = options;
  const all = await Promise.all(urls.map(async (url) => authorizationAt(session, url, signal)));
  const open = all
    .filter(({ status }) => status !== "valid")
    .map((authorization) => ({ authorization, challenge: challengeFor(session, authorization) }));
  const records = open.map(({ authorization: { name }, challenge }) => ({
    name: proofName(name),
    value: dnsProof(session.access.signer, challenge.token),
  }));
  if (open.length === 0) {
    return;
  }
  try {
    onProgress(`writing ${records.length === 1 ? "a TXT record" : `${records.length} TXT records`}`);
    await proofs.publish(records, signal);
    onProgress(`waiting for ${new URL(session.access.server).host} to see ${describeNames(open)}`);
    for (const { challenge } of open) {
      await session.post({ url: challenge.url, subject: "look for the proof", payload: {}, signal });
    }
    for (const { authorization } of open) {
      await untilProven(session, authorization, options);
    }
  } finally {
    await proofs.withdraw(records);
  }
}

function describeNames(open: readonly { readonly authorization: Authorization }[]): string {
  return open.map(({ authorization }) => nameOf(authorization)).join(", ");
}

function nameOf({ name, isWildcard }: Authorization): string {
  return isWildcard ? `*.${name}` : name;
}

async function authorizationAt(session: Session, url: string, signal: AbortSignal): Promise<Authorization> {
  const { body } = await session.post({ url, subject: "say what proves a name", signal });
  return readAuthorization(url, body);
}

function challengeFor(session: Session, authorization: Authorization): Challenge {
  const found = dnsChallengeOf(authorization);
  if (found !== undefined && authorization.status === "pending") {
    return found;
  }
  const offered = authorization.challenges.map(({ type }) => type).join(", ");
  const message =
    found === undefined
      ? `it offers ${offered === "" ? "nothing" : offered} for ${nameOf(authorization)}, and isthmus proves names by dns-01`
      : `its authorization of ${nameOf(authorization)} is ${authorization.status} before anything was proven`;
  throw notProven(session, message);
}

function notProven({ access }: Session, message: string, challenge?: Challenge): AcmeError {
  const problem = readProblem(challenge?.error);
  return new AcmeError({
    kind: "not-proven",
    server: access.server,
    subject: "accept the proof",
    message,
    ...(problem === undefined ? {} : { problem }),
  });
}

async function untilProven(session: Session, { url }: Authorization, options: OrderOptions): Promise<void> {
  await poll(session, { url, subject: "say whether it has seen the proof" }, options, ({ body }) => {
    const now = readAuthorization(url, body);
    if (now.status === "pending") {
      return undefined;
    }
    if (now.status !== "valid") {
      const failed = now.challenges.find(({ error }) => error !== undefined);
      const problem = readProblem(failed?.error);
      const words = problem === undefined ? `the authorization is ${now.status}` : describeProblem(problem);
      throw notProven(session, `${nameOf(now)}: ${words}`, failed);
    }
    return true;
  });
}

/** The last authorization may be valid a moment before its order is ready to be finalized (RFC 8555, 7.4). */
async function untilReady(session: Session, url: string, options: OrderOptions): Promise<void> {
  const subject = "say whether the order is ready";
  const read = ({ body: { status, error } }: AcmeAnswer): true | undefined => {
    if (status === "invalid") {
      throw failedOrder(session, error);
    }
    return status === "pending" ? undefined : true;
  };
  const now = read(await session.post({ url, subject, signal: options.signal }));
  await (now ?? poll(session, { url, subject }, options, read));
}

function failedOrder({ access }: Session, error: unknown): AcmeError {
  const problem = readProblem(error);
  return new AcmeError({
    kind: "refused",
    server: access.server,
    subject: "issue the certificate",
    message: problem === undefined ? "the order is invalid" : describeProblem(problem),
    ...(problem === undefined ? {} : { problem }),
  });
}

/** The address of the certificate. The first look is the answer of `finalize` itself. */
async function untilIssued(
  session: Session,
  order: string,
  finalized: AcmeAnswer,
  options: OrderOptions,
): Promise<string> {
  const read = ({ body }: AcmeAnswer): string | undefined => {
    const { status, certificate, error } = body;
    if (status === "valid" && typeof certificate === "string") {
      return certificate;
    }
    if (status !== "invalid") {
      return undefined;
    }
    throw failedOrder(session, error);
  };
  return (
    read(finalized) ?? poll(session, { url: order, subject: "say whether the certificate is issued" }, options, read)
  );
}

async function download(session: Session, url: string, { signal }: OrderOptions): Promise<string> {
  const { text } = await session.post({ url, subject: "hand out the certificate", signal });
  return text;
}

/** Looks until `read` finds an answer, as often as the server likes. An AcmeError `late` when the time is up. */
async function poll<T>(
  session: Session,
  { url, subject }: { readonly url: string; readonly subject: string },
  { signal, until, now }: OrderOptions,
  read: (answer: AcmeAnswer) => T | undefined,
): Promise<T> {
  let waitMs = firstWaitMs;
  for (;;) {
    if (now() + waitMs > until) {
      const message = "it has not decided within the time of this command";
      throw new AcmeError({ kind: "late", server: session.access.server, subject, message });
    }
    await pause(waitMs, undefined, { signal });
    const answer = await session.post({ url, subject, signal });
    const found = read(answer);
    if (found !== undefined) {
      return found;
    }
    waitMs = Math.min(longestWaitMs, Math.max(shortestWaitMs, answer.waitMs ?? waitMs * 2));
  }
}
