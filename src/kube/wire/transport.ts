import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Dispatcher } from "undici";
import { headerOf } from "./answer-headers.ts";
import type { KubeLimits } from "../client.ts";
import { createAuthorizer } from "../credentials/authorizer.ts";
import { exchange, mayPass } from "./exchange.ts";
import type { ResolvedContext } from "../kubeconfig/resolve-context.ts";
import { createWarmingLimiter } from "../limiter.ts";
import type { Reporter, RequestSubject } from "../report-failure.ts";
import type { Headers } from "./send-once.ts";
import { answerLimitOf, createSender } from "./send-once.ts";
import { userAgent } from "./user-agent.ts";
import type { WireRequest, WireResponse, WireStream } from "./wire-request.ts";

/** The connections to one API server. Rejects with KubeErrors only, or the signal's reason. */
export interface Transport {
  /** Sends and reads the whole answer, any status; repeats what may succeed later, within the budget. */
  send(request: WireRequest): Promise<WireResponse>;
  /** Sends and leaves the answer's body open; for watches. Silence longer than `idleTimeoutMs` ends the body. */
  stream(request: WireRequest, idleTimeoutMs: number): Promise<WireStream>;
  /** The way for a WebSocket: a dispatcher, the headers with the credentials, and the server's URL without a slash at the end. */
  tunnel(
    subject: RequestSubject,
    signal: AbortSignal,
  ): Promise<{ readonly dispatcher: Dispatcher; readonly headers: Headers; readonly base: string }>;
  close(): Promise<void>;
}

/** A handful of connections serves a server nearby; one whose answers take longer than this gets more. */
const patienceMs = 50;

const unpack = promisify(gunzip);

/** Opens nothing yet: connections come with the first request. */
export function createTransport(context: ResolvedContext, limits: KubeLimits, report: Reporter): Transport {
  const authorizer = createAuthorizer(context);
  const sender = createSender(context, { limits, authorizer, report });
  const parts = { limits, authorizer, report, hasAnswered: () => sender.hasAnswered() };
  const { concurrencyAtFirst: first, concurrency: most } = limits;
  const limiter = createWarmingLimiter({ first, most, patienceMs });

  const inTurn = async <T>({ urgent = false, signal }: WireRequest, work: () => Promise<T>): Promise<T> =>
    urgent ? work() : limiter.run(signal, work);

  return {
    send: async (wire) =>
      exchange(parts, wire, async () =>
        inTurn(wire, async () => {
          const response = await sender.send(wire, answerLimitOf(wire, limits));
          const text = await readText(response);
          return { result: { status: response.statusCode, text }, headers: response.headers };
        }),
      ),
    stream: async (wire, idleTimeoutMs) =>
      exchange(parts, wire, async () => {
        const response = await sender.send(wire, idleTimeoutMs);
        const { statusCode: status, body } = response;
        if (mayPass(status, undefined) || status === 401) {
          await body.dump();
        }
        return { result: { status, body }, headers: response.headers };
      }),
    async tunnel(subject, signal) {
      const { dispatcher, headers } = await sender.prepare(subject, signal);
      return { dispatcher, headers: { ...headers, "user-agent": userAgent }, base: sender.base };
    },
    close: async () => sender.close(),
  };
}

async function readText(response: Dispatcher.ResponseData): Promise<string> {
  if (headerOf(response.headers, "content-encoding") !== "gzip") {
    return response.body.text();
  }
  return (await unpack(new Uint8Array(await response.body.arrayBuffer()))).toString("utf8");
}
