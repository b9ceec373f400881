import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "../../files/interruptible.ts";
import { readText } from "../../files/read-text.ts";
import { Secret } from "../../core/secret.ts";
import { isRecord, readFailure } from "../kubeconfig/read-fields.ts";
import type { ResolvedContext } from "../kubeconfig/resolve-context.ts";
import { CredentialError } from "./credential-error.ts";
import type { ExecCredential } from "./exec-plugin.ts";
import { runExecPlugin } from "./exec-plugin.ts";
import type { FetchIdToken } from "./oidc.ts";
import { openOidcSession } from "./oidc.ts";

/** What goes with a request: the value of its `Authorization` header and the certificate of its connection. */
export interface Authorization {
  readonly header?: Secret;
  readonly clientCertificate?: { readonly certificate: string; readonly key: Secret };
}

/** Hands out one context's credentials, and gets new ones where they can be had. */
export interface Authorizer {
  /** The credentials for now. Rejects with a CredentialError, or the signal's reason. */
  authorize(signal: AbortSignal): Promise<Authorization>;
  /** To be called after a 401: true when the next `authorize` may bring something better. */
  renew(): boolean;
  /** Which credential was used, for the message of a 401; never its value. */
  describe(): string;
}

/** How long before its end a plugin's credential is asked for anew, and how long a token file is trusted, in milliseconds. */
const leewayMs = 30_000;

/** The credentials of a context. Runs plugins and reads files only when asked for a credential, and then once for all that wait. */
export function createAuthorizer(context: ResolvedContext): Authorizer {
  const source = chooseSource(context);
  let current: { readonly credential: Promise<SourcedCredential>; readonly madeAt: number } | undefined;
  let checked: string | undefined;

  const load = async (signal: AbortSignal): Promise<SourcedCredential> => {
    const now = Date.now();
    if (current !== undefined) {
      const { credential, madeAt } = current;
      const { expiresAt } = await credential;
      if (now < (expiresAt ?? (source.rereads ? madeAt + leewayMs : Infinity))) {
        return credential;
      }
    }
    const credential = source.load(signal);
    const made = { credential, madeAt: now };
    current = made;
    credential.catch(() => {
      // A failure is told to whoever waits for it now; the next one asks again.
      current = current === made ? undefined : current;
    });
    return credential;
  };

  return {
    async authorize(signal) {
      const loaded = await load(signal);
      const clientCertificate = loaded.clientCertificate ?? context.user.clientCertificate;
      if (clientCertificate !== undefined && clientCertificate.certificate !== checked) {
        refuseExpired(clientCertificate.certificate, context);
        checked = clientCertificate.certificate;
      }
      return {
        ...(loaded.header === undefined ? {} : { header: loaded.header }),
        ...(clientCertificate === undefined ? {} : { clientCertificate }),
      };
    },
    renew() {
      const renewable = source.rereads && current !== undefined;
      current = undefined;
      return renewable;
    },
    describe: () => source.describe(),
  };
}

interface SourcedCredential extends Authorization {
  readonly expiresAt?: number;
}

interface Source {
  load(signal: AbortSignal): Promise<SourcedCredential>;
  describe(): string;
  /** True where loading again can bring another credential. */
  readonly rereads: boolean;
}

/** The order of client-go (https://github.com/kubernetes/client-go/blob/master/transport/config.go): token file, token, basic, then providers. */
function chooseSource(context: ResolvedContext): Source {
  const { tokenFile, token, basic, exec, oidc, clientCertificate, name } = context.user;
  if (tokenFile !== undefined) {
    return tokenFileSource(tokenFile);
  }
  if (token !== undefined) {
    const header = bearer(token);
    return {
      load: async () => ({ header }),
      describe: () => `the token of user ${name}${describeExpiry(token)}`,
      rereads: false,
    };
  }
  if (basic !== undefined) {
    const encoded = Buffer.from(`${basic.username}:${basic.password.expose()}`, "utf8").toString("base64");
    const header = new Secret(`Basic ${encoded}`);
    return {
      load: async () => ({ header }),
      describe: () => `the password of user ${name}`,
      rereads: false,
    };
  }
  if (exec !== undefined) {
    return execSource(context, exec);
  }
  if (oidc !== undefined) {
    return oidcSource(context, oidc);
  }
  const own =
    clientCertificate === undefined
      ? "a request without any credential"
      : describeCertificate(clientCertificate.certificate);
  return { load: async () => ({}), describe: () => own, rereads: false };
}

function tokenFileSource(file: string): Source {
  let last: Secret | undefined;
  return {
    async load() {
      try {
        last = new Secret(await readToken(file));
      } catch (error) {
        interruption().throwIfAborted();
        throw new CredentialError(
          "ISM254",
          `The kubeconfig takes its token from the file ${file}, which cannot be read: ${readFailure(error)}.`,
          "Correct `tokenFile` in the kubeconfig, or make the file readable.",
          { cause: error },
        );
      }
      if (last.expose() === "") {
        throw new CredentialError(
          "ISM254",
          `The kubeconfig takes its token from the file ${file}, which is empty.`,
          "Correct `tokenFile` in the kubeconfig, or have whoever writes the file put a token into it.",
        );
      }
      return { header: bearer(last) };
    },
    describe: () => `the token in ${file}${last === undefined ? "" : describeExpiry(last)}`,
    rereads: true,
  };
}

/**
 * The token in the file. One that is empty may be about to be written (a shell's `>` empties a file before it fills it),
 * so it is looked at again for a second. client-go refuses an empty file too:
 * https://github.com/kubernetes/client-go/blob/master/transport/token_source.go
 */
async function readToken(file: string): Promise<string> {
  for (let look = 1; ; look += 1) {
    const token = (await readText(file)).trim();
    if (token !== "" || look === 10) {
      return token;
    }
    await sleep(100, undefined, { signal: interruption() });
  }
}

function execSource(context: ResolvedContext, exec: NonNullable<ResolvedContext["user"]["exec"]>): Source {
  let last: ExecCredential | undefined;
  return {
    async load(signal) {
      last = await runExecPlugin(exec, context, signal);
      return {
        ...(last.token === undefined ? {} : { header: bearer(last.token) }),
        ...(last.clientCertificate === undefined ? {} : { clientCertificate: last.clientCertificate }),
        expiresAt: last.expiresAt === undefined ? Infinity : last.expiresAt - leewayMs,
      };
    },
    describe: () =>
      `the credential from the command ${exec.command}${last?.token === undefined ? "" : describeExpiry(last.token)}`,
    rereads: true,
  };
}

function oidcSource(context: ResolvedContext, oidc: NonNullable<ResolvedContext["user"]["oidc"]>): Source {
  let session: Promise<FetchIdToken> | undefined;
  let last: Secret | undefined;
  return {
    async load() {
      session ??= openOidcSession(oidc, context);
      last = await (await session)();
      return { header: bearer(last) };
    },
    describe: () => `the ID token of user ${context.user.name}${last === undefined ? "" : describeExpiry(last)}`,
    rereads: true,
  };
}

function bearer(token: Secret): Secret {
  return new Secret(`Bearer ${token.expose()}`);
}

/** `exp` of a JSON web token in words; nothing for other tokens. */
function describeExpiry(token: Secret): string {
  const [, payload] = token.expose().split(".");
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload ?? "", "base64url").toString("utf8"));
    if (isRecord(claims) && typeof claims["exp"] === "number") {
      const expiry = new Date(claims["exp"] * 1000);
      return expiry.getTime() < Date.now()
        ? `, which expired at ${expiry.toISOString()}`
        : `, valid until ${expiry.toISOString()}`;
    }
  } catch {
    // Not a JSON web token (Rancher's are not): it says nothing about itself.
  }
  return "";
}

function describeCertificate(pem: string): string {
  const certificate = new X509Certificate(pem);
  return `the client certificate ${certificate.subject.replaceAll("\n", ", ")}, valid until ${new Date(certificate.validTo).toISOString()}`;
}

/** Said here, before any request: API servers answer an expired certificate with a broken handshake or a bare 401. */
function refuseExpired(pem: string, context: ResolvedContext): void {
  const certificate = new X509Certificate(pem);
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  const now = Date.now();
  if (now >= from.getTime() && now <= to.getTime()) {
    return;
  }
  const state = now > to.getTime() ? `expired at ${to.toISOString()}` : `is valid only from ${from.toISOString()}`;
  throw new CredentialError(
    "ISM262",
    `The client certificate of user ${JSON.stringify(context.user.name)} in ${context.file} (${certificate.subject.replaceAll("\n", ", ")}) ${state}.`,
    "Fetch the kubeconfig again from where it came, or renew the certificate.",
  );
}
