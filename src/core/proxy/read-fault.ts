import type { RouteFaultFacts } from "../checks/proxy-facts.ts";

/** Envoy's fault filter as a route sets it (https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/fault/v3/fault.proto). */
export interface EnvoyFault {
  readonly abort?: { readonly http_status?: number; readonly percentage?: EnvoyShare };
  readonly delay?: { readonly fixed_delay?: string; readonly percentage?: EnvoyShare };
}

/** A share of requests: `numerator` is left out for none, `denominator` for a hundred. */
export interface EnvoyShare {
  readonly numerator?: number;
  readonly denominator?: string;
}

const denominators: Readonly<Record<string, number>> = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 };

/** Percent, 0 to 100; none where nothing is said. */
export function percentOf({ numerator = 0, denominator = "HUNDRED" }: EnvoyShare = {}): number {
  return (numerator * 100) / (denominators[denominator] ?? 100);
}

/** What a route injects; undefined where it injects nothing. */
export function readFault({ abort, delay }: EnvoyFault = {}): RouteFaultFacts | undefined {
  const aborted = percentOf(abort?.percentage);
  const delayed = percentOf(delay?.percentage);
  const found = {
    ...(aborted === 0 ? {} : { abort: { status: abort?.http_status ?? 0, percent: aborted } }),
    ...(delayed === 0 ? {} : { delay: { seconds: Number.parseFloat(delay?.fixed_delay ?? "0"), percent: delayed } }),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}
