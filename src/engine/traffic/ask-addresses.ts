import type { AnswerGroup } from "../../core/decide/answer.ts";
import { isServing } from "../../core/decide/health-answer.ts";
import type { RouteRequest } from "../../core/decide/route-request.ts";
import type { Sighting } from "../../core/front-door/health.ts";
import { createLimiter } from "../../kube/limiter.ts";
import type { SendInput } from "./send-requests.ts";
import { originOf, sendRequests } from "./send-requests.ts";
import type { Vantage } from "./vantage-pod.ts";

/** One address of a name, and how it is asked. */
export interface HealthQuestion {
  readonly name: string;
  readonly cluster: string;
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
  /** Undefined where no request is known that only this route takes: then whatever the gateway answers serves. */
  readonly request?: RouteRequest;
}

/** What one place saw of one name. */
export interface NameSighting extends Sighting {
  readonly name: string;
}

/** A host of no route (RFC 6761, 6.4). */
const noHost = "isthmus-health.invalid";

/** Bounds what is asked at once from one place. */
const inFlight = 32;

/**
 * Asks each question once from one place, this machine without a `vantage`, and
 * says which addresses of which name serve it. What takes longer than `timeoutMs`
 * does not. Rejects only when the signal fires.
 */
export async function askFrom(
  vantage: Vantage | undefined,
  questions: readonly HealthQuestion[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<readonly NameSighting[]> {
  const limiter = createLimiter(inFlight);
  const asked = await Promise.all(
    questions.map(async (question) => {
      const place = vantage === undefined ? undefined : vantage.originOf(question);
      if (vantage !== undefined && place === undefined) {
        return [];
      }
      const origin = place === undefined ? directOrigin(question) : `${question.tls ? "https" : "http"}://${place}`;
      return [
        { question, answer: await limiter.run(signal, async () => answerOf(question, origin, timeoutMs, signal)) },
      ];
    }),
  );
  const names = new Set(asked.flat().map(({ question }) => question.name));
  return [...names].map((name) => {
    const own = asked.flat().filter(({ question }) => question.name === name);
    const waiting = own
      .filter(({ answer }) => answer === "waits")
      .map(({ question }) => [question.address, true] as const);
    return {
      name,
      from: vantage?.cluster,
      answered: Object.fromEntries(own.map(({ question, answer }) => [question.address, answer !== "none"])),
      ...(waiting.length === 0 ? {} : { waits: Object.fromEntries(waiting) }),
    };
  });
}

function directOrigin({ address, port, tls }: HealthQuestion): string {
  const origin = originOf(address, tls);
  return port === (tls ? 443 : 80) ? origin : `${origin}:${port}`;
}

/**
 * Two requests at once: the name's own, and one for a host that no route has,
 * which a gateway answers itself. Where only the first one hangs the gateway is there,
 * and waits for a pod that may be in any cluster: that alone is no fault of this address.
 */
async function answerOf(
  { name, request }: HealthQuestion,
  origin: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<"serves" | "waits" | "none"> {
  const host = name.replace(/^\*(?=\.)/, "isthmus-verify");
  const ask = async (one: RouteRequest): Promise<AnswerGroup["outcome"] | undefined> => {
    const rest = { requests: 1, userAgent: "isthmus-dns-sync", timeoutMs, servername: host };
    return outcomeOf({ origin, request: one, ...rest }, signal);
  };
  const [own, bare] = await Promise.all([
    request === undefined ? undefined : ask({ ...request, hosts: [host] }),
    ask({ method: "GET", path: "/", headers: {}, hosts: [noHost] }),
  ]);
  if (own?.kind === "answered") {
    return isServing(own, request?.expect) ? "serves" : "none";
  }
  if (bare?.kind !== "answered") {
    return "none";
  }
  // What was refused or cut off is no answer; what only takes long may wait for a pod elsewhere.
  return request === undefined ? "serves" : own === undefined || isSlow(own) ? "waits" : "none";
}

/** True for a request that ended because nothing came in time (`sendRequests`). */
function isSlow({ reason }: Extract<AnswerGroup["outcome"], { readonly kind: "broken" }>): boolean {
  return /^(?:no answer|no connection|an answer that stopped)/.test(reason);
}

/** What became of a request; undefined where nothing did in time. Rejects only when the signal fires. */
async function outcomeOf(
  input: SendInput & { readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<AnswerGroup["outcome"] | undefined> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(input.timeoutMs)]);
  try {
    // A request whose connection is still being made does not heed its signal.
    const [group] = await Promise.race([sendRequests(input, patience), aborted(patience)]);
    return group?.outcome;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

async function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
