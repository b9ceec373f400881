import type { Dispatcher } from "undici";
import request from "undici/lib/api/api-request.js";
import type { KubeLimits } from "../client.ts";
import { createConnections } from "./connections.ts";
import type { Authorization, Authorizer } from "../credentials/authorizer.ts";
import { credentialHeaders } from "../credentials/credential-headers.ts";
import type { ResolvedContext } from "../kubeconfig/resolve-context.ts";
import type { Reporter, RequestSubject } from "../report-failure.ts";
import { userAgent } from "./user-agent.ts";
import type { WireRequest } from "./wire-request.ts";

export type Headers = Readonly<Record<string, string | string[]>>;

/** Sends requests to one server with the credentials of the moment, each once. */
export interface Sender {
  /** The server's URL, without a slash at the end. */
  readonly base: string;
  /** Gives the answer when its headers are there. */
  send(wire: WireRequest, bodyTimeoutMs: number): Promise<Dispatcher.ResponseData>;
  /** What a request goes through and carries. KubeError where there are no credentials, or none that a connection can use. */
  prepare(
    subject: RequestSubject,
    signal: AbortSignal,
  ): Promise<{ readonly dispatcher: Dispatcher; readonly headers: Headers }>;
  /** True once the server has answered anything. */
  hasAnswered(): boolean;
  close(): Promise<void>;
}

export interface SenderParts {
  readonly limits: KubeLimits;
  readonly authorizer: Authorizer;
  readonly report: Reporter;
}

const plainHeaders: Headers = {
  accept: "application/json",
  "accept-encoding": "gzip",
  "user-agent": userAgent,
};

/** Opens nothing yet: connections come with the first request. */
export function createSender(context: ResolvedContext, { limits, authorizer, report }: SenderParts): Sender {
  const { origin, pathname } = new URL(context.server);
  const prefix = pathname.replace(/\/$/, "");
  const connections = createConnections(context, limits);
  let answered = false;

  const prepare: Sender["prepare"] = async (subject, signal) => {
    signal.throwIfAborted();
    let authorization: Authorization;
    try {
      authorization = await authorizer.authorize(signal);
    } catch (error) {
      signal.throwIfAborted();
      throw report.credentialFailure(error, subject);
    }
    try {
      return { dispatcher: await connections.get(authorization), headers: credentialHeaders(authorization, context) };
    } catch (error) {
      throw report.networkFailure(error, subject);
    }
  };

  return {
    base: `${origin}${prefix}`,
    prepare,
    async send(wire, bodyTimeoutMs) {
      const { dispatcher, headers } = await prepare(wire.subject, wire.signal);
      const response = await request.call(dispatcher, {
        origin,
        path: prefix + wire.path + queryOf(wire.query),
        method: wire.method,
        headers: {
          ...plainHeaders,
          ...(wire.accept === undefined ? {} : { accept: wire.accept }),
          ...headers,
          ...(wire.contentType === undefined ? {} : { "content-type": wire.contentType }),
        },
        body: wire.body ?? null,
        signal: wire.signal,
        headersTimeout: answerLimitOf(wire, limits),
        bodyTimeout: bodyTimeoutMs,
      });
      answered = true;
      return response;
    },
    hasAnswered: () => answered,
    close: async () => connections.close(),
  };
}

/** How long the answer to a request is waited for, in milliseconds. */
export function answerLimitOf({ timeoutMs = Infinity }: WireRequest, { requestTimeoutMs }: KubeLimits): number {
  return Math.min(timeoutMs, requestTimeoutMs);
}

function queryOf(query: WireRequest["query"]): string {
  const entries = Object.entries(query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries).toString()}`;
}
