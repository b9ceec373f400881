import type { KubeLimits } from "../../kube/client.ts";
import { defaultLimits } from "../../kube/connect-client.ts";
import type { RunOptions } from "../options.ts";

/** Requests under way in this process: more of them take longer each, until every one outlasts its limit. */
const requestsAtATime = 600;

/** Connections that all clusters together have from the start: beyond these this process is what is waited for, and not the servers. */
const connectionsAtFirst = 48;

/**
 * The bounds of requests to each of so many clusters within an operation: none
 * is waited for, or repeated, longer than a whole step may take, and a fleet
 * shares the requests that are under way at a time.
 */
export function requestLimits(
  { timeoutMs }: Pick<RunOptions, "timeoutMs">,
  clusters: number,
): Pick<KubeLimits, "concurrency" | "concurrencyAtFirst" | "requestTimeoutMs" | "retryBudgetMs"> {
  return {
    concurrency: Math.max(2, Math.min(defaultLimits.concurrency, Math.floor(requestsAtATime / clusters))),
    concurrencyAtFirst: Math.max(
      2,
      Math.min(defaultLimits.concurrencyAtFirst, Math.floor(connectionsAtFirst / clusters)),
    ),
    requestTimeoutMs: Math.min(defaultLimits.requestTimeoutMs, timeoutMs),
    retryBudgetMs: Math.min(defaultLimits.retryBudgetMs, timeoutMs),
  };
}
