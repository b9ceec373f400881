import type { HealthChecks } from "../model/dns.ts";
import type { RoundVerdict } from "./health.ts";
import { neededPlaces } from "./health.ts";

/** What rounds say about requests of a name at one of its addresses. */
export type RequestCount = Pick<RoundVerdict, "served" | "waited">;

/** How much of the requests at the other addresses has to be answered before one where none is counts as an exception. */
const answeredElsewhere = 0.8;

/** How many rounds in a row are looked at: requests that hang are told from chance by their number. */
export function waitingRounds({ failures }: Pick<HealthChecks, "failures">): number {
  return Math.max(failures, 2) * 2;
}

/**
 * Whether nothing behind the gateway of an address answers while it does at the
 * name's other addresses: not one request of these rounds, each asked from two
 * places at least, and four of five elsewhere. Versions of a dead cluster have
 * requests hang at all gateways alike, by chance; then no address is blamed.
 * With the fewest rounds there are (4, from 2 places) one that is like the others
 * is taken for such a one once in 390,000 looks (0.2^8).
 */
export function onlyWaits(own: readonly RequestCount[], others: readonly RequestCount[], rounds: number): boolean {
  const last = own.slice(-rounds);
  const served = others.reduce((sum, one) => sum + one.served, 0);
  const waited = others.reduce((sum, one) => sum + one.waited, 0);
  return (
    last.length === rounds &&
    last.every((one) => one.served === 0 && one.waited >= neededPlaces) &&
    served >= rounds &&
    served >= answeredElsewhere * (served + waited)
  );
}
