import { isServing } from "../../core/decide/health-answer.ts";
import type { RouteRequest } from "../../core/decide/route-request.ts";
import type { Sighting } from "../../core/front-door/health.ts";
import { createLimiter } from "../../kube/limiter.ts";
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
  /** Undefined where no request is known that only this route takes: then any answer to `/` serves. */
  readonly request?: RouteRequest;
}

/** What one place saw of one name. */
export interface NameSighting extends Sighting {
  readonly name: string;
}

const anything: RouteRequest = { method: "GET", path: "/", headers: {}, hosts: [] };

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
      return [{ question, serves: await limiter.run(signal, async () => serves(question, origin, timeoutMs, signal)) }];
    }),
  );
  const seen = new Map<string, Record<string, boolean>>();
  for (const { question, serves: answered } of asked.flat()) {
    const all = seen.get(question.name) ?? {};
    all[question.address] = answered;
    seen.set(question.name, all);
  }
  return [...seen].map(([name, answered]) => ({ name, from: vantage?.cluster, answered }));
}

function directOrigin({ address, port, tls }: HealthQuestion): string {
  const origin = originOf(address, tls);
  return port === (tls ? 443 : 80) ? origin : `${origin}:${port}`;
}

async function serves(
  { name, request = anything }: HealthQuestion,
  origin: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const hosts = [name.replace(/^\*(?=\.)/, "isthmus-verify")];
  const asked = { origin, request: { ...request, hosts }, requests: 1, userAgent: "isthmus-dns-sync", timeoutMs };
  try {
    // A request whose connection is still being made does not heed its signal.
    const groups = await Promise.race([sendRequests(asked, patience), aborted(patience)]);
    return groups.every(({ outcome }) =>
      request === anything ? outcome.kind === "answered" : isServing(outcome, request.expect),
    );
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

async function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
