import type { Dispatcher } from "undici";
import { Agent, buildConnector, request } from "undici";
import type { AnswerGroup } from "../../core/decide/answer.ts";
import { localText } from "../../core/decide/answer.ts";
import { isGrpcError } from "../../core/decide/grpc-answer.ts";
import { proofTimeoutSeconds } from "../../core/decide/route-request.ts";
import type { RouteRequest } from "../../core/decide/route-request.ts";

export interface SendInput {
  /** The ingress, as the beginning of a URL: `http://203.0.113.1`. */
  readonly origin: string;
  readonly request: RouteRequest;
  readonly requests: number;
  /** How the requests call themselves, where the route's own headers say nothing about it. */
  readonly userAgent: string;
  /** For the connection, and for an answer to begin and to go on, in milliseconds; that of proofs without it. */
  readonly timeoutMs?: number;
  /** The name in the handshake of TLS, where it is not that of the request. */
  readonly servername?: string;
}

const inFlight = 8;
const requestTimeoutMs = proofTimeoutSeconds * 1000;

/**
 * Sends a bounded number of requests to an ingress, some at a time, to each
 * host in its turn, and groups what became of them. Rejects only when the
 * signal fires.
 */
export async function sendRequests(input: SendInput, signal: AbortSignal): Promise<readonly AnswerGroup[]> {
  const { hosts } = input.request;
  const agents = new Map(hosts.map((host) => [host, agentFor(input.servername ?? host, input.timeoutMs)]));
  const groups = new Map<string, AnswerGroup>();
  const note = (host: string, outcome: AnswerGroup["outcome"]): void => {
    const named = hosts.length === 1 ? "" : host === "" ? "*" : host;
    const key = JSON.stringify([named, outcome]);
    groups.set(key, { host: named, outcome, count: (groups.get(key)?.count ?? 0) + 1 });
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < input.requests) {
      const host = hosts[next % hosts.length] ?? "";
      next += 1;
      signal.throwIfAborted();
      try {
        note(host, await ask(input, host, agents.get(host), signal));
      } catch (error) {
        signal.throwIfAborted();
        note(host, { kind: "broken", reason: describeError(error) });
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: inFlight }, worker));
  } finally {
    await Promise.all([...agents.values()].map(async (agent) => agent.close()));
  }
  return [...groups.values()];
}

/** The beginning of an ingress' URLs, from an IP address or a name. */
export function originOf(address: string, tls: boolean): string {
  return `${tls ? "https" : "http"}://${address.includes(":") ? `[${address}]` : address}`;
}

async function ask(
  input: SendInput,
  host: string,
  dispatcher: Dispatcher | undefined,
  signal: AbortSignal,
): Promise<AnswerGroup["outcome"]> {
  const { method, headers } = input.request;
  const answer = await request(`${input.origin}${input.request.path}`, {
    ...(dispatcher === undefined ? {} : { dispatcher }),
    method,
    headers: { "user-agent": input.userAgent, ...headers, ...(host === "" ? {} : { host }) },
    signal,
    headersTimeout: input.timeoutMs ?? requestTimeoutMs,
    bodyTimeout: input.timeoutMs ?? requestTimeoutMs,
  });
  const text = await beginningOf(answer.body);
  const { statusCode: status } = answer;
  return {
    kind: "answered",
    status,
    fromUpstream: answer.headers["x-envoy-upstream-service-time"] !== undefined,
    local: localText({ status, text, ...named("grpcMessage", answer.headers["grpc-message"]) }),
    ...named("location", answer.headers["location"]),
    ...(isGrpcError(headers, firstOf(answer.headers["grpc-status"])) ? { grpcError: true } : {}),
  };
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return [value].flat()[0];
}

/** The first value of a header under a name; nothing where it is missing. */
function named<Name extends string>(
  name: Name,
  value: string | string[] | undefined,
): { readonly [key in Name]?: string } {
  const first = firstOf(value);
  return first === undefined ? {} : ({ [name]: first } as { readonly [key in Name]?: string });
}

/** Enough for Envoy's reset reason with the reason of the transport. */
const beginning = 400;

/** The body's first few hundred bytes as text; the rest is read and forgotten. */
async function beginningOf(body: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of body) {
    if (text.length < beginning) {
      text += Buffer.from(chunk as Uint8Array).toString("latin1", 0, beginning);
    }
  }
  return text;
}

/**
 * An HTTPS gateway finds its certificate by the name in the handshake. Whether
 * that certificate is trusted is not what is measured: it may come from any
 * authority, and the request goes to an address. undici lets a request's Host
 * header decide over the `servername` that an agent is given
 * (findings/undici-host-decides-the-handshake.sh), so the connector is told.
 */
function agentFor(servername: string, timeoutMs = requestTimeoutMs): Agent {
  const connect = buildConnector({ timeout: timeoutMs, rejectUnauthorized: false });
  return new Agent({
    connections: inFlight,
    connect: (options, callback) => connect(servername === "" ? options : { ...options, servername }, callback),
  });
}

const errorTexts: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EHOSTUNREACH: "no way to the address",
  ENETUNREACH: "no way to the address",
  UND_ERR_CONNECT_TIMEOUT: "no connection within 5 s",
  UND_ERR_HEADERS_TIMEOUT: "no answer within 5 s",
  UND_ERR_BODY_TIMEOUT: "an answer that stopped for 5 s",
  UND_ERR_SOCKET: "connection closed before the answer was whole",
};

function describeError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? message : (errorTexts[code] ?? `${code}: ${message}`);
}
