import type { HealthChecks } from "../model/dns.ts";

/** What one place has seen of all addresses in one round: address → whether it answered. */
export interface Sighting {
  /** The cluster that was asked from, or undefined for this machine. */
  readonly from: string | undefined;
  readonly answered: Readonly<Record<string, boolean>>;
  /** Those of them whose gateway answers by itself while the name's own request got no answer; left out where there is none. */
  readonly waits?: Readonly<Record<string, boolean>>;
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

/** What one round says of an address of a cluster. */
export interface RoundVerdict {
  /** `waits`: its gateway lives, and nobody got an answer to a request of the name. */
  readonly verdict: "alive" | "waits" | "dead" | "unknown";
  /** The places that got no answer. */
  readonly failedFrom: readonly string[];
  /** How many places got an answer to a request of the name, and how many waited for one in vain while the gateway lived. */
  readonly served: number;
  readonly waited: number;
}

/**
 * What a round says of an address of a cluster: `dead` when at least two places
 * got no answer, `alive` when one did and fewer than two did not, `waits` where
 * those that did had it of the gateway alone, `unknown`
 * otherwise. A place that got no answer from any address says nothing, since its
 * own network may be what is broken; nor does a cluster about its own addresses,
 * which it may reach on ways that are no client's.
 */
export function judgeRound(
  sightings: readonly Sighting[],
  { address, cluster }: { readonly address: string; readonly cluster: string },
): RoundVerdict {
  const heard = sightings.filter(
    ({ from, answered }) => from !== cluster && address in answered && Object.values(answered).includes(true),
  );
  const silent = heard.filter(({ answered }) => answered[address] === false);
  const waiting = heard.filter(({ answered, waits }) => answered[address] === true && waits?.[address] === true);
  const served = heard.length - silent.length - waiting.length;
  const verdict =
    silent.length >= neededPlaces ? "dead" : served > 0 ? "alive" : waiting.length > 0 ? "waits" : "unknown";
  return {
    verdict,
    failedFrom: [...silent, ...(verdict === "waits" ? waiting : [])].map(({ from }) => from ?? thisMachine),
    served,
    waited: waiting.length,
  };
}

/**
 * The health after a round. An address leaves after `failures` rounds in a row
 * that call it dead, and comes back after `successes` in a row that call it
 * alive; a round that knows nothing changes nothing. Those two counts are what
 * keeps an address that comes and goes from doing so in DNS. One that waits is
 * as good as alive while it is up, and none that may come back.
 */
export function nextHealth(
  before: AddressHealth,
  { verdict, failedFrom }: Pick<RoundVerdict, "verdict" | "failedFrom">,
  { failures, successes }: Pick<HealthChecks, "failures" | "successes">,
): AddressHealth {
  if (verdict === "unknown" || (verdict === "waits" && before.state === "down")) {
    return { ...before, failedFrom };
  }
  const contradicts = verdict === (before.state === "up" ? "dead" : "alive");
  const against = contradicts ? before.against + 1 : 0;
  return against >= (before.state === "up" ? failures : successes)
    ? { state: before.state === "up" ? "down" : "up", against: 0, failedFrom }
    : { state: before.state, against, failedFrom };
}
