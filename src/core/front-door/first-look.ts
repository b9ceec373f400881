import type { HealthChecks } from "../model/dns.ts";
import type { Sighting } from "./health.ts";
import { neededPlaces } from "./health.ts";
import { onlyWaits, waitingRounds } from "./health-waits.ts";
import type { NamesPlan } from "./names-plan.ts";

/** What this machine saw of the addresses of one name at one moment. */
type Seen = Sighting & { readonly name: string };

/** An address that is not to be added to a name now. */
export interface KeptOut {
  readonly name: string;
  readonly address: string;
}

/** More rounds than these tell no more. */
const mostRounds = 10;

/**
 * How many looks more tell an address where every request hangs from one of which the asked version runs in a dead
 * cluster: as many requests as a watch counts before it takes an address out.
 */
export function furtherLooks(settings: Pick<HealthChecks, "failures">): number {
  return roundsOf(settings) * neededPlaces;
}

function roundsOf(settings: Pick<HealthChecks, "failures">): number {
  return Math.min(waitingRounds(settings), mostRounds);
}

/** The names with an address that would be added and of which the first look says only that its gateway answers by itself. */
export function unsureNames(plan: NamesPlan, first: readonly Seen[]): readonly string[] {
  return first.flatMap(({ name, waits = {} }) => {
    const there = addressesOf(plan, name);
    return Object.keys(waits).some((address) => !there.includes(address)) ? [name] : [];
  });
}

/**
 * Which addresses would be added to names and are not to be: those that did not answer in the first look while others
 * of the name did, and those where every request of all `further` looks hung while four of five were answered elsewhere.
 * A machine that reaches none of a name's addresses says nothing about any.
 */
export function keptOut(
  plan: NamesPlan,
  first: readonly Seen[],
  further: readonly (readonly Seen[])[],
  settings: Pick<HealthChecks, "failures">,
): readonly KeptOut[] {
  return first.flatMap((seen): readonly KeptOut[] => {
    const { name, answered } = seen;
    const there = addressesOf(plan, name);
    const later = further.flatMap((look) => look.filter((one) => one.name === name));
    const isServed = [seen, ...later].some((one) => Object.keys(answered).some((address) => serves(one, address)));
    return isServed
      ? Object.keys(answered)
          .filter((address) => !there.includes(address))
          .filter((address) => answered[address] !== true || hangs(later, address, settings))
          .map((address) => ({ name, address }))
      : [];
  });
}

function addressesOf({ names }: NamesPlan, name: string): readonly string[] {
  const planned = names.find((one) => one.name === name);
  return planned !== undefined && "now" in planned ? planned.now.addresses : [];
}

function serves({ answered, waits = {} }: Seen, address: string): boolean {
  return answered[address] === true && waits[address] !== true;
}

/** As a watch judges its rounds, with as many looks for a round as it has places. */
function hangs(looks: readonly Seen[], address: string, settings: Pick<HealthChecks, "failures">): boolean {
  const rounds = roundsOf(settings);
  const countsOf = (of: string): readonly { readonly served: number; readonly waited: number }[] =>
    Array.from({ length: rounds }, (_, round) => {
      const some = looks.slice(round * neededPlaces, (round + 1) * neededPlaces);
      return {
        served: some.filter((one) => serves(one, of)).length,
        waited: some.filter((one) => one.answered[of] === true && one.waits?.[of] === true).length,
      };
    });
  const others = Object.keys(looks[0]?.answered ?? {}).filter((one) => one !== address);
  return onlyWaits(countsOf(address), others.flatMap(countsOf), rounds);
}
