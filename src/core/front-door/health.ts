import type { HealthChecks } from "../model/dns.ts";

/** What one place has seen of all addresses in one round: address → whether it answered. */
export interface Sighting {
  /** The cluster that was asked from, or undefined for this machine. */
  readonly from: string | undefined;
  readonly answered: Readonly<Record<string, boolean>>;
}

/** How an address is doing. */
export interface AddressHealth {
  /** `down`: not to be in a name's set. */
  readonly state: "up" | "down";
  /** Rounds in a row that spoke for the other state. */
  readonly against: number;
  /** The places that got no answer in the last round, `this machine` among them. */
  readonly failedFrom: readonly string[];
}

/** How this machine is called among places. */
export const thisMachine = "this machine";

/** How many places have to miss an address before it counts as dead: one may have lost its own way. */
export const neededPlaces = 2;

/**
 * What a round says of an address of a cluster: `dead` when at least two places
 * got no answer, `alive` when one did and fewer than two did not, `unknown`
 * otherwise. A place that got no answer from any address says nothing, since its
 * own network may be what is broken; nor does a cluster about its own addresses,
 * which it may reach on ways that are no client's.
 */
export function judgeRound(
  sightings: readonly Sighting[],
  { address, cluster }: { readonly address: string; readonly cluster: string },
): { readonly verdict: "alive" | "dead" | "unknown"; readonly failedFrom: readonly string[] } {
  const heard = sightings.filter(
    ({ from, answered }) => from !== cluster && address in answered && Object.values(answered).includes(true),
  );
  const failedFrom = heard.filter(({ answered }) => answered[address] === false).map(({ from }) => from ?? thisMachine);
  const verdict =
    failedFrom.length >= neededPlaces
      ? "dead"
      : heard.some(({ answered }) => answered[address] === true)
        ? "alive"
        : "unknown";
  return { verdict, failedFrom };
}

/**
 * The health after a round. An address leaves after `failures` rounds in a row
 * that call it dead, and comes back after `successes` in a row that call it
 * alive; a round that knows nothing changes nothing. Those two counts are what
 * keeps an address that comes and goes from doing so in DNS.
 */
export function nextHealth(
  before: AddressHealth,
  { verdict, failedFrom }: ReturnType<typeof judgeRound>,
  { failures, successes }: Pick<HealthChecks, "failures" | "successes">,
): AddressHealth {
  if (verdict === "unknown") {
    return { ...before, failedFrom };
  }
  const contradicts = verdict === (before.state === "up" ? "dead" : "alive");
  const against = contradicts ? before.against + 1 : 0;
  return against >= (before.state === "up" ? failures : successes)
    ? { state: before.state === "up" ? "down" : "up", against: 0, failedFrom }
    : { state: before.state, against, failedFrom };
}
