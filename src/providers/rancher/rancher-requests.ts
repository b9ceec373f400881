import type { RancherAnswer, RancherRequest } from "./rancher-wire.ts";
import type { Dispatcher } from "undici";
import request from "undici/lib/api/api-request.js";
import { createConnections } from "../../kube/connections.ts";
import { redactText } from "../../kube/credentials/redact-text.ts";
import { codeOf } from "../../kube/kubeconfig/read-fields.ts";
import type { ResolvedContext } from "../../kube/kubeconfig/resolve-context.ts";
import { listAuthorities, probeCertificate } from "../../kube/probe-certificate.ts";
import type { Attempt } from "../../kube/retry.ts";
import { retryWithin } from "../../kube/retry.ts";
import { tolerateListeners } from "../../kube/tolerate-listeners.ts";
import { userAgent } from "../../kube/user-agent.ts";
import type { Secret } from "../../core/secret.ts";
import type { RancherAccess } from "./read-access.ts";
import { describeAnswer } from "./read-answer.ts";
import { RancherError } from "./rancher-error.ts";

/** Bounds of one client, in milliseconds. */
export interface RancherLimits {
  /** Default 5000. */
  readonly connectTimeoutMs: number;
  /** From sending a request to its answer. Default 30000. */
  readonly requestTimeoutMs: number;
  /** How long a read may go on repeating itself. Default 10000. */
  readonly retryBudgetMs: number;
}

/** The way to one Rancher. */
export interface RancherRequests {
  /**
   * Sends, and reads the whole answer. Reads are repeated while the answer may
   * become another (429, 5xx, a broken connection) and the budget lasts;
   * everything else is sent once, since an answer that was lost does not say
   * whether the change was made. Redirects are not followed: the token goes
   * nowhere else. Rejects with a RancherError, or the signal's reason.
   */
  send(request: RancherRequest): Promise<RancherAnswer>;
  close(): Promise<void>;
}

/** Opens nothing yet: connections come with the first request. `now` is in milliseconds since the epoch. */
export function createRancherRequests(
  access: RancherAccess,
  context: ResolvedContext,
  limits: RancherLimits,
  now: () => number,
): RancherRequests {
  const base = new URL(access.url);
  const prefix = base.pathname.replace(/\/$/, "");
  const connections = createConnections(context, { ...limits, concurrency: 8 });

  const sendOnce = async (wire: RancherRequest): Promise<{ response: Dispatcher.ResponseData; text: string }> => {
    const dispatcher = await connections.get({});
    const response = await request.call(dispatcher, {
      origin: base.origin,
      path: prefix + wire.path,
      method: wire.method,
      headers: {
        accept: "application/json",
        "user-agent": userAgent,
        ...(wire.authorized === false ? {} : { authorization: `Bearer ${access.token.expose()}` }),
        ...(wire.body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: wire.body === undefined ? null : JSON.stringify(wire.body),
      signal: wire.signal,
      headersTimeout: limits.requestTimeoutMs,
      bodyTimeout: limits.requestTimeoutMs,
    });
    return { response, text: await response.body.text() };
  };

  const attempt = async (wire: RancherRequest): Promise<Attempt<RancherAnswer>> => {
    const again = wire.method === "GET";
    let sent: Awaited<ReturnType<typeof sendOnce>>;
    try {
      sent = await sendOnce(wire);
    } catch (error) {
      wire.signal.throwIfAborted();
      const failure = await connectionFailure(error, wire, access, context);
      const giveUp = (): never => {
        throw failure;
      };
      return again && isTransient(error) ? { kind: "again", giveUp } : giveUp();
    }
    const { response, text } = sent;
    const description = describeAnswer(response.statusCode, text, {
      access,
      wire,
      date: headerOf(response, "date"),
      now: now(),
    });
    if (!(description instanceof RancherError)) {
      return { kind: "done", value: description };
    }
    const giveUp = (): never => {
      throw description;
    };
    const mayPass = again && (description.kind === "server" || description.kind === "cluster-unavailable");
    return mayPass ? { kind: "again", ...waitOf(headerOf(response, "retry-after"), now()), giveUp } : giveUp();
  };

  return {
    async send(wire) {
      wire.signal.throwIfAborted();
      tolerateListeners(wire.signal);
      return retryWithin(limits.retryBudgetMs, wire.signal, async () => attempt(wire));
    },
    close: async () => connections.close(),
  };
}

async function connectionFailure(
  error: unknown,
  wire: RancherRequest,
  access: RancherAccess,
  context: ResolvedContext,
): Promise<RancherError> {
  const code = connectionCode(error);
  const message = redactText(error instanceof Error && error.message !== "" ? error.message : code, [access.token]);
  const plain = /wrong version number|packet length too long|http_parser|HTTPParserError/i.test(
    `${message} ${error instanceof Error ? error.name : ""}`,
  );
  const tls = !plain && isTlsCode(code);
  const presented = tls
    ? await probeCertificate({
        server: context.server,
        context: context.context,
        file: context.file,
        clientCertificate: false,
        proxied: context.proxyUrl !== undefined,
      })
    : undefined;
  return new RancherError({
    kind: plain ? "not-rancher" : tls ? "tls" : "unreachable",
    url: access.url,
    subject: wire.subject,
    message,
    code,
    ...(wire.clusterId === undefined ? {} : { clusterId: wire.clusterId }),
    ...(presented === undefined ? {} : { presented }),
    authorities: access.caData === undefined ? [] : listAuthorities(access.caData),
    ...(access.caFile === undefined ? {} : { caFile: access.caFile }),
    ...(access.proxyUrl === undefined || !URL.canParse(access.proxyUrl.expose())
      ? {}
      : { proxy: { url: withoutPassword(access.proxyUrl), from: access.proxyFrom ?? "the environment" } }),
    cause: error,
  });
}

/** Connects to a name with several addresses fail with an AggregateError: its first error stands for all. */
function connectionCode(error: unknown): string {
  const errors = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [];
  return codeOf(error) ?? codeOf(errors[0]) ?? "";
}

function isTlsCode(code: string): boolean {
  return /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH)/.test(code);
}

function isTransient(error: unknown): boolean {
  return ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"].includes(connectionCode(error));
}

/** Retry-After in seconds or as a date (RFC 9110, 10.2.3). */
function waitOf(retryAfter: string | undefined, now: number): { readonly afterMs?: number } {
  const seconds = Number(retryAfter);
  const afterMs = Number.isNaN(seconds) ? Date.parse(retryAfter ?? "") - now : seconds * 1000;
  return Number.isNaN(afterMs) ? {} : { afterMs: Math.max(0, afterMs) };
}

function headerOf(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function withoutPassword(proxy: Secret): string {
  const { protocol, host } = new URL(proxy.expose());
  return `${protocol}//${host}`;
}
