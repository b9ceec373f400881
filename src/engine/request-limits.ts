import type { KubeLimits } from "../kube/client.ts";
import { defaultLimits } from "../kube/connect-client.ts";
import type { EngineOptions } from "./options.ts";

/** The bounds of requests within an operation: none is waited for, or repeated, longer than a whole step may take. */
export function requestLimits({ timeoutMs }: Pick<EngineOptions, "timeoutMs">): Partial<KubeLimits> {
  return {
    requestTimeoutMs: Math.min(defaultLimits.requestTimeoutMs, timeoutMs),
    retryBudgetMs: Math.min(defaultLimits.retryBudgetMs, timeoutMs),
  };
}
