import type { IncomingHttpHeaders } from "node:http";
import { pauseAskedFor } from "./answer-headers.ts";
import type { KubeLimits } from "../client.ts";
import type { Authorizer } from "../credentials/authorizer.ts";
import { codeOf } from "../kubeconfig/read-fields.ts";
import type { Reporter } from "../report-failure.ts";
import { isSchemaRefusal } from "../read-refusal.ts";
import { retryWithin } from "./retry.ts";
import { answerLimitOf } from "./send-once.ts";
import { tolerateListeners } from "../tolerate-listeners.ts";
import type { WireRequest } from "./wire-request.ts";

/** What one try brought: the answer, and the headers that may say when the server wants to be asked again. */
export interface Try<T> {
  readonly result: T;
  readonly headers: IncomingHttpHeaders;
}

export interface ExchangeParts {
  readonly limits: KubeLimits;
  readonly authorizer: Authorizer;
  readonly report: Reporter;
  /** True once the server has answered anything. */
  readonly hasAnswered: () => boolean;
}

/**
 * Asks until there is an answer that counts, within the rules of what may be
 * repeated and the budget; `once` is one try. Gives an answer of any status
 * but 401: credentials are renewed once, then it is a KubeError.
 */
export async function exchange<T extends { readonly status: number; readonly text?: string }>(
  { limits, authorizer, report, hasAnswered }: ExchangeParts,
  wire: WireRequest,
  once: () => Promise<Try<T>>,
): Promise<T> {
  let renewed = false;
  tolerateListeners(wire.signal);
  const answer = await retryWithin<T>(limits.retryBudgetMs, wire.signal, async () => {
    const before = hasAnswered();
    try {
      const { result, headers } = await once();
      if (result.status === 401 && !renewed && authorizer.renew()) {
        renewed = true;
        return { kind: "again", afterMs: 0, giveUp: () => result };
      }
      const passes = wire.relayed !== true && mayPass(result.status, result.text);
      if (!passes && !(wire.racing === true && isLostRace(result.status, result.text))) {
        return { kind: "done", value: result };
      }
      return { kind: "again", ...pauseAskedFor(headers, Date.now()), giveUp: () => result };
    } catch (error) {
      wire.signal.throwIfAborted();
      const giveUp = (): never => {
        throw report.networkFailure(withLimit(error, answerLimitOf(wire, limits)), wire.subject);
      };
      return isTransient(error, before) ? { kind: "again", giveUp } : giveUp();
    }
  });
  if (answer.status === 401) {
    throw report.refusedCredential(authorizer.describe(), wire.subject, answer.text);
  }
  return answer;
}

/**
 * 429 and the statuses of a server in trouble. A 500 that speaks of the object's
 * own fields is how server-side apply refuses unknown ones
 * (https://github.com/kubernetes/kubernetes/issues/139253): it stays.
 */
export function mayPass(status: number, text: string | undefined): boolean {
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
