import type { IncomingHttpHeaders } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Dispatcher } from "undici";
import request from "undici/lib/api/api-request.js";
import { redactText } from "../../kube/credentials/redact-text.ts";
import { contextOfServer } from "../../kube/kubeconfig/context-of-server.ts";
import { parseRecord } from "../../kube/kubeconfig/read-fields.ts";
import { headerOf, pauseAskedFor } from "../../kube/wire/answer-headers.ts";
import { createConnections } from "../../kube/wire/connections.ts";
import { userAgent } from "../../kube/wire/user-agent.ts";
import type { AcmeAccess } from "./acme-access.ts";
import { AcmeError } from "./acme-error.ts";
import { describeProblem, readProblem } from "./acme-problem.ts";
import { signRequest } from "./jws.ts";

/** An answer with a status below 300, read to its end. Redirects are not followed. */
export interface AcmeAnswer {
  readonly status: number;
  /** The address of what was made. */
  readonly location: string | undefined;
  readonly text: string;
  /** What the JSON document has; empty where the answer is none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** How long the server asks to wait before the next look, milliseconds. */
  readonly waitMs: number | undefined;
}

/** What is asked and for what, in words that follow "to" in messages: `place an order`. */
export interface AcmeAsk {
  readonly url: string;
  readonly subject: string;
  readonly signal: AbortSignal;
}

/** The way to one ACME server. Every method rejects with an AcmeError, or the signal's reason. */
export interface AcmeWire {
  /** Without a signature: the directory and what is public. */
  get(ask: AcmeAsk): Promise<AcmeAnswer>;
  /** Signed. A nonce that is refused is replaced by the one that came with the refusal (RFC 8555, 6.5). */
  post(ask: SignedAsk): Promise<AcmeAnswer>;
  close(): Promise<void>;
}

export interface SignedAsk extends AcmeAsk {
  /** Where fresh nonces are. */
  readonly newNonce: string;
  /** The account's address; without it the request carries the key. */
  readonly keyId?: string;
  readonly payload?: object;
  /** True where the same twice does no harm: an answer of 5xx or none leaves open whether it was done. */
  readonly repeatable: boolean;
}

interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const limits = { connectTimeoutMs: 5000, requestTimeoutMs: 30_000 };
/** A server that refuses every nonce would be asked for ever. */
const mostNonces = 8;
const mostRepeats = 3;
const firstPauseMs = 500;

/** Opens nothing yet. `now` is in milliseconds since the epoch. */
export function createAcmeWire(access: AcmeAccess, now: () => number): AcmeWire {
  const { caData, proxyUrl } = access;
  const context = contextOfServer(new URL(access.server).origin, {
    caData,
    proxyUrl,
    user: { name: "acme" },
    file: access.server,
  });
  const connections = createConnections(context, limits);
  const nonces: string[] = [];

  const send = async (ask: AcmeAsk, method: Method, body?: string): Promise<RawAnswer> => {
    const answer = await sendOnce(access, await connections.get({}), ask, { method, body });
    const nonce = headerOf(answer.headers, "replay-nonce");
    if (nonce !== undefined) {
      nonces.push(nonce);
    }
    return answer;
  };

  const sign = async ({ newNonce, keyId, payload, ...ask }: SignedAsk): Promise<string> => {
    if (nonces.length === 0) {
      readAnswer(access, ask, await send({ ...ask, url: newNonce }, "HEAD"), now());
    }
    // The newest one: servers forget old ones.
    const nonce = nonces.pop() ?? "";
    return signRequest(access.signer, { url: ask.url, nonce, ...(keyId === undefined ? {} : { keyId }) }, payload);
  };

  const postOnce = async (ask: SignedAsk): Promise<AcmeAnswer> => {
    for (let tried = 1; ; tried += 1) {
      try {
        return readAnswer(access, ask, await send(ask, "POST", await sign(ask)), now());
      } catch (error) {
        if (tried === mostNonces || !(error instanceof AcmeError) || error.fields.problem?.type !== "badNonce") {
          throw error;
        }
      }
    }
  };

  return {
    get: async (ask) => repeat(ask, async () => readAnswer(access, ask, await send(ask, "GET"), now())),
    post: async (ask) => (ask.repeatable ? repeat(ask, async () => postOnce(ask)) : postOnce(ask)),
    close: async () => connections.close(),
  };
}

type Method = "GET" | "HEAD" | "POST";

async function sendOnce(
  access: AcmeAccess,
  dispatcher: Dispatcher,
  ask: AcmeAsk,
  { method, body }: { readonly method: Method; readonly body: string | undefined },
): Promise<RawAnswer> {
  const { origin, pathname, search } = new URL(ask.url);
  try {
    const response = await request.call(dispatcher, {
      origin,
      path: `${pathname}${search}`,
      method,
      headers: {
        "user-agent": userAgent,
        "accept-language": "en",
        ...(body === undefined ? {} : { "content-type": "application/jose+json" }),
      },
      body: body ?? null,
      signal: ask.signal,
      headersTimeout: limits.requestTimeoutMs,
      bodyTimeout: limits.requestTimeoutMs,
    });
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
  } catch (error) {
    ask.signal.throwIfAborted();
    throw unreachable(access, ask, error);
  }
}

/** Once more after 0.5 s and after a second where the server was not there or had a fault of its own. */
async function repeat<T>(ask: AcmeAsk, once: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await once();
    } catch (error) {
      if (tried === mostRepeats || !(error instanceof AcmeError) || !mayPass(error)) {
        throw error;
      }
      await pause(firstPauseMs * tried, undefined, { signal: ask.signal });
    }
  }
}

function mayPass({ fields: { kind, status = 0 } }: AcmeError): boolean {
  return kind === "unreachable" || status >= 500;
}

function unreachable({ server, proxyUrl }: AcmeAccess, { subject }: AcmeAsk, error: unknown): AcmeError {
  const words = error instanceof Error ? error.message : String(error);
  const inner = error instanceof AggregateError ? (error.errors as readonly unknown[])[0] : undefined;
  const said = words !== "" ? words : inner instanceof Error ? inner.message : "no answer";
  // A proxy's address may hold a password.
  const message = redactText(said, proxyUrl === undefined ? [] : [proxyUrl]);
  return new AcmeError({ kind: "unreachable", server, subject, message }, { cause: error });
}

function readAnswer(
  { server }: AcmeAccess,
  { subject, url }: AcmeAsk,
  { status, headers, text }: RawAnswer,
  now: number,
): AcmeAnswer {
  const { afterMs } = pauseAskedFor(headers, now);
  // A page or a certificate has none of the fields that a document is read for.
  const document = parseRecord(text);
  if (status < 300) {
    return { status, location: headerOf(headers, "location"), text, body: document ?? {}, waitMs: afterMs };
  }
  const problem = readProblem(document);
  throw new AcmeError({
    kind: problem === undefined ? "not-acme" : "refused",
    server,
    subject,
    status,
    message: problem === undefined ? `${url} answers ${status} without saying why` : describeProblem(problem),
    ...(problem === undefined ? {} : { problem }),
    ...(afterMs === undefined ? {} : { retryAt: now + afterMs }),
  });
}
