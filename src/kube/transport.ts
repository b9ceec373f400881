import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Dispatcher } from "undici";
import request from "undici/lib/api/api-request.js";
import type { Authorization, Authorizer } from "./credentials/authorizer.ts";
import { createAuthorizer } from "./credentials/authorizer.ts";
import type { KubeLimits } from "./client.ts";
import { createConnections } from "./connections.ts";
import { codeOf } from "./kubeconfig/read-fields.ts";
import type { ResolvedContext } from "./kubeconfig/resolve-context.ts";
import type { Limiter } from "./limiter.ts";
import { createWarmingLimiter } from "./limiter.ts";
import type { Reporter, RequestSubject } from "./report-failure.ts";
import { isSchemaRefusal } from "./report-failure.ts";
import { retryWithin } from "./retry.ts";
import { tolerateListeners } from "./tolerate-listeners.ts";
import { userAgent } from "./user-agent.ts";

/** One request to an API server. `path` begins with `/api` or the like; a path in the server's URL is put before it. */
export interface WireRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly contentType?: string;
  /** True where a 409 that names no field is repeated: somebody else was faster, and the next try starts from what is there then. */
  readonly racing?: boolean;
  /** Where an answer must come sooner than the client's limit says. */
  readonly timeoutMs?: number;
  /** True: is not counted among the client's requests at a time, and waits for none. */
  readonly urgent?: boolean;
  /** For messages: what is tried, with which object. */
  readonly subject: RequestSubject;
  readonly signal: AbortSignal;
}

export interface WireResponse {
  readonly status: number;
  readonly text: string;
}

export interface WireStream {
  readonly status: number;
  readonly body: Readable;
}

/** The connections to one API server. Rejects with KubeErrors only, or the signal's reason. */
export interface Transport {
  /** Sends and reads the whole answer, any status; repeats what may succeed later, within the budget. */
  send(request: WireRequest): Promise<WireResponse>;
  /** Sends and leaves the answer's body open; for watches. Silence longer than `idleTimeoutMs` ends the body. */
  stream(request: WireRequest, idleTimeoutMs: number): Promise<WireStream>;
  /** The way for a WebSocket: a dispatcher that adds the credentials by itself, and the server's URL without a slash at the end. */
  tunnel(
    subject: RequestSubject,
    signal: AbortSignal,
  ): Promise<{ readonly dispatcher: Dispatcher; readonly base: string }>;
  close(): Promise<void>;
}

/** A handful of connections serves a server nearby; one whose answers take longer than this gets more. */
const warming = { first: 6, patienceMs: 50 };

type Headers = Readonly<Record<string, string | string[]>>;

const plainHeaders: Headers = {
  accept: "application/json",
  "accept-encoding": "gzip",
  "user-agent": userAgent,
};

const unpack = promisify(gunzip);

/** Opens nothing yet: connections come with the first request. */
export function createTransport(context: ResolvedContext, limits: KubeLimits, report: Reporter): Transport {
  const base = new URL(context.server);
  const prefix = base.pathname.replace(/\/$/, "");
  const authorizer = createAuthorizer(context);
  const limiter: Limiter = createWarmingLimiter({ ...warming, most: limits.concurrency });
  const connections = createConnections(context, limits);
  let answered = false;

  const prepare = async (
    subject: RequestSubject,
    signal: AbortSignal,
  ): Promise<{ dispatcher: Dispatcher; headers: Headers }> => {
    signal.throwIfAborted();
    let authorization: Authorization;
    try {
      authorization = await authorizer.authorize(signal);
    } catch (error) {
      signal.throwIfAborted();
      throw report.credentialFailure(error, subject);
    }
    try {
      return {
        dispatcher: await connections.get(authorization),
        headers: credentialHeaders(authorization, context),
      };
    } catch (error) {
      throw report.networkFailure(error, subject);
    }
  };

  const limitOf = ({ timeoutMs = limits.requestTimeoutMs }: WireRequest): number =>
    Math.min(timeoutMs, limits.requestTimeoutMs);

  const dispatch = async (wire: WireRequest, bodyTimeout: number): Promise<Dispatcher.ResponseData> => {
    const { dispatcher, headers } = await prepare(wire.subject, wire.signal);
    const response = await request.call(dispatcher, {
      origin: base.origin,
      path: prefix + wire.path + queryOf(wire.query),
      method: wire.method,
      headers: {
        ...plainHeaders,
        ...headers,
        ...(wire.contentType === undefined ? {} : { "content-type": wire.contentType }),
      },
      body: wire.body ?? null,
      signal: wire.signal,
      headersTimeout: limitOf(wire),
      bodyTimeout,
    });
    answered = true;
    return response;
  };

  const inTurn = async <T>({ urgent = false, signal }: WireRequest, work: () => Promise<T>): Promise<T> =>
    urgent ? work() : limiter.run(signal, work);

  /** One exchange within the retry rules; `read` takes what it needs of the answer. */
  const exchange = async <T extends { readonly status: number; readonly text?: string }>(
    wire: WireRequest,
    once: () => Promise<{ readonly result: T; readonly retryAfter: string | undefined }>,
  ): Promise<T> => {
    let renewed = false;
    tolerateListeners(wire.signal);
    return retryWithin(limits.retryBudgetMs, wire.signal, async () => {
      const before = answered;
      try {
        const { result, retryAfter } = await once();
        if (result.status === 401 && !renewed && authorizer.renew()) {
          renewed = true;
          return { kind: "again", afterMs: 0, giveUp: () => result };
        }
        if (!mayPass(result.status, result.text) && !(wire.racing === true && isLostRace(result.status, result.text))) {
          return { kind: "done", value: result };
        }
        return { kind: "again", ...waitOf(retryAfter), giveUp: () => result };
      } catch (error) {
        wire.signal.throwIfAborted();
        const giveUp = (): never => {
          throw report.networkFailure(withLimit(error, limitOf(wire)), wire.subject);
        };
        return isTransient(error, before) ? { kind: "again", giveUp } : giveUp();
      }
    });
  };

  return {
    async send(wire) {
      return exchange(wire, async () =>
        inTurn(wire, async () => {
          const response = await dispatch(wire, limitOf(wire));
          const text = await readText(response);
          return {
            result: { status: response.statusCode, text },
            retryAfter: headerOf(response, "retry-after"),
          };
        }),
      ).then((response) =>
        response.status === 401 ? Promise.reject(refused(authorizer, wire, report, response.text)) : response,
      );
    },
    async stream(wire, idleTimeoutMs) {
      const stream = await exchange(wire, async () => {
        const response = await dispatch(wire, idleTimeoutMs);
        if (mayPass(response.statusCode, undefined) || response.statusCode === 401) {
          await response.body.dump();
        }
        return {
          result: { status: response.statusCode, body: response.body },
          retryAfter: headerOf(response, "retry-after"),
        };
      });
      if (stream.status === 401) {
        throw refused(authorizer, wire, report);
      }
      return stream;
    },
    async tunnel(subject, signal) {
      const { dispatcher, headers } = await prepare(subject, signal);
      const withCredentials = dispatcher.compose(
        (next) => (options, handler) =>
          next(
            {
              ...options,
              headers: { ...(options.headers as Headers), ...headers, "user-agent": userAgent },
            },
            handler,
          ),
      );
      return { dispatcher: withCredentials, base: `${base.origin}${prefix}` };
    },
    close: async () => connections.close(),
  };
}

function refused(authorizer: Authorizer, wire: WireRequest, report: Reporter, text?: string): Error {
  return report.refusedCredential(authorizer.describe(), wire.subject, text);
}

/**
 * 429 and the statuses of a server in trouble. A 500 that speaks of the object's
 * own fields is how server-side apply refuses unknown ones
 * (https://github.com/kubernetes/kubernetes/issues/139253): it stays.
 */
function mayPass(status: number, text: string | undefined): boolean {
  return [429, 500, 502, 503, 504].includes(status) && !(status === 500 && isSchemaRefusal(text ?? ""));
}

/**
 * Server-side apply merges into what it reads, and gives up with a 409 when the
 * object changed five times meanwhile, or was made by two at once
 * (https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go,
 * MaxRetryWhenPatchConflicts). A conflict over fields is another matter and names them.
 */
function isLostRace(status: number, text: string | undefined): boolean {
  return status === 409 && text?.includes("FieldManagerConflict") !== true;
}

/** undici says that there was no answer, not how long it waited for it. */
function withLimit(error: unknown, limitMs: number): unknown {
  const code = codeOf(error) ?? "";
  return ["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"].includes(code)
    ? Object.assign(new Error(`no answer within ${limitMs / 1000} s`, { cause: error }), { code })
    : error;
}

/**
 * A connection that broke says nothing about the next one. A refused one is
 * final, unless the server answered before: then it is being restarted.
 */
function isTransient(error: unknown, answered: boolean): boolean {
  const code = codeOf(error) ?? "";
  if (["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"].includes(code)) {
    return true;
  }
  return (
    answered && ["ECONNREFUSED", "UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"].includes(code)
  );
}

/** Retry-After in seconds or as a date (RFC 9110, 10.2.3). */
function waitOf(retryAfter: string | undefined): { readonly afterMs?: number } {
  if (retryAfter === undefined) {
    return {};
  }
  const seconds = Number(retryAfter);
  const afterMs = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1000;
  return Number.isNaN(afterMs) ? {} : { afterMs: Math.max(0, afterMs) };
}

async function readText(response: Dispatcher.ResponseData): Promise<string> {
  if (headerOf(response, "content-encoding") !== "gzip") {
    return response.body.text();
  }
  return (await unpack(new Uint8Array(await response.body.arrayBuffer()))).toString("utf8");
}

function headerOf(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function queryOf(query: WireRequest["query"]): string {
  const entries = Object.entries(query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries).toString()}`;
}

function credentialHeaders(authorization: Authorization, context: ResolvedContext): Headers {
  const { impersonate } = context.user;
  const header = authorization.header === undefined ? {} : { authorization: authorization.header.expose() };
  if (impersonate === undefined) {
    return header;
  }
  const extra = Object.entries(impersonate.extra).map(([key, values]) => [
    `impersonate-extra-${encodeURIComponent(key)}`,
    [...values],
  ]);
  return {
    ...header,
    "impersonate-user": impersonate.user,
    ...(impersonate.uid === undefined ? {} : { "impersonate-uid": impersonate.uid }),
    ...(impersonate.groups.length === 0 ? {} : { "impersonate-group": [...impersonate.groups] }),
    ...Object.fromEntries(extra),
  };
}
