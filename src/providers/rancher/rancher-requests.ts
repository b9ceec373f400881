import { createConnections } from "../../kube/wire/connections.ts";
import { pauseAskedFor } from "../../kube/wire/answer-headers.ts";
import type { Attempt } from "../../kube/wire/retry.ts";
import { retryWithin } from "../../kube/wire/retry.ts";
import { tolerateListeners } from "../../kube/tolerate-listeners.ts";
import { connectionCode, connectionFailure } from "./connection-failure.ts";
import { contextOfRancher } from "./rancher-context.ts";
import { RancherError } from "./rancher-error.ts";
import type { RancherAnswer, RancherRequest } from "./rancher-wire.ts";
import type { RancherAccess } from "./read-access.ts";
import { describeAnswer } from "./read-answer.ts";
import type { RawAnswer } from "./send-once.ts";
import { sendOnce } from "./send-once.ts";

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
  limits: RancherLimits,
  now: () => number,
): RancherRequests {
  const connections = createConnections(contextOfRancher(access), limits);

  const attempt = async (wire: RancherRequest): Promise<Attempt<RancherAnswer>> => {
    let answer: RawAnswer;
    try {
      answer = await sendOnce(access, wire, {
        dispatcher: await connections.get({}),
        timeoutMs: limits.requestTimeoutMs,
      });
    } catch (error) {
      wire.signal.throwIfAborted();
      return failed(wire, await connectionFailure(error, wire, access), isTransient(error) ? {} : undefined);
    }
    const { status, headers, text } = answer;
    const read = describeAnswer(status, text, { access, wire, date: headers.date, now: now() });
    if (!(read instanceof RancherError)) {
      return { kind: "done", value: read };
    }
    const mayPass = read.kind === "server" || read.kind === "cluster-unavailable";
    return failed(wire, read, mayPass ? pauseAskedFor(headers, now()) : undefined);
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

/** Throws, unless it is a read and `pause` says that the failure may pass: then it is tried again. */
function failed(
  { method }: RancherRequest,
  failure: RancherError,
  pause: { readonly afterMs?: number } | undefined,
): Attempt<RancherAnswer> {
  const giveUp = (): never => {
    throw failure;
  };
  return method === "GET" && pause !== undefined ? { kind: "again", ...pause, giveUp } : giveUp();
}

function isTransient(error: unknown): boolean {
  return ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"].includes(connectionCode(error));
}
