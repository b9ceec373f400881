import type { AcmeAccess } from "./acme-access.ts";
import { AcmeError } from "./acme-error.ts";
import type { AcmeAnswer, AcmeWire } from "./acme-wire.ts";
import { bindAccount } from "./jws.ts";

/** Where an ACME server does what (RFC 8555, 7.1.1), and what it says of itself. */
export interface Directory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
  /** Renewal information (RFC 9773), where it has that. */
  readonly renewalInfo?: string;
  /** By name, what each profile is for; empty where the server has none. */
  readonly profiles: Readonly<Record<string, string>>;
  /** What the account's owner agrees to. */
  readonly terms?: string;
  readonly needsExternalAccount: boolean;
}

/** An account that is there, and the way to its server. */
export interface Session {
  readonly access: AcmeAccess;
  readonly directory: Directory;
  /** A signed request by the account; without a payload it only reads. */
  post(ask: SessionAsk): Promise<AcmeAnswer>;
}

export interface SessionAsk {
  readonly url: string;
  readonly subject: string;
  readonly payload?: object;
  /** Default: true for what only reads. */
  readonly repeatable?: boolean;
  readonly signal: AbortSignal;
}

/** Reads what the server is. An AcmeError `not-acme` where the address leads to something else. */
export async function readDirectory({ server }: AcmeAccess, wire: AcmeWire, signal: AbortSignal): Promise<Directory> {
  const subject = "show its directory";
  const { body } = await wire.get({ url: server, subject, signal });
  const [newNonce, newAccount, newOrder] = ["newNonce", "newAccount", "newOrder"].map((name) => addressIn(body, name));
  if (newNonce === undefined || newAccount === undefined || newOrder === undefined) {
    const message = "what is there is no directory of ACME (RFC 8555, 7.1.1)";
    throw new AcmeError({ kind: "not-acme", server, subject, message });
  }
  const meta = (body["meta"] ?? {}) as Readonly<Record<string, unknown>>;
  const renewalInfo = addressIn(body, "renewalInfo");
  const terms = meta["termsOfService"];
  const { profiles } = meta;
  return {
    newNonce,
    newAccount,
    newOrder,
    ...(renewalInfo === undefined ? {} : { renewalInfo }),
    profiles: typeof profiles === "object" && profiles !== null ? (profiles as Directory["profiles"]) : {},
    ...(typeof terms === "string" ? { terms } : {}),
    needsExternalAccount: meta["externalAccountRequired"] === true,
  };
}

/** The account of the key: found, or made with its owner's address where there is none (RFC 8555, 7.3). */
export async function openAccount(access: AcmeAccess, wire: AcmeWire, signal: AbortSignal): Promise<Session> {
  const { server, email, externalAccount, signer } = access;
  const directory = await readDirectory(access, wire, signal);
  const { newAccount: url, newNonce } = directory;
  const subject = "open an account";
  const { location } = await wire.post({
    url,
    newNonce,
    subject,
    payload: {
      termsOfServiceAgreed: true,
      ...(email === undefined ? {} : { contact: [`mailto:${email}`] }),
      ...(externalAccount === undefined ? {} : { externalAccountBinding: bindAccount(signer, url, externalAccount) }),
    },
    // The same key opens the same account.
    repeatable: true,
    signal,
  });
  if (location === undefined) {
    throw new AcmeError({ kind: "not-acme", server, subject, message: "its answer names no account" });
  }
  return {
    access,
    directory,
    post: async ({ repeatable, ...ask }) =>
      wire.post({ ...ask, newNonce, keyId: location, repeatable: repeatable ?? ask.payload === undefined }),
  };
}

function addressIn(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name];
  return typeof value === "string" && URL.canParse(value) ? value : undefined;
}
