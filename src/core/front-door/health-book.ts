import type { HealthChecks } from "../model/dns.ts";
import type { AddressHealth, Sighting } from "./health.ts";
import { judgeRound, nextHealth } from "./health.ts";

/** An address of a name. */
export interface NamedAddress {
  readonly name: string;
  readonly cluster: string;
  readonly address: string;
}

/** An address whose state has just changed. */
export interface HealthChange extends NamedAddress {
  readonly state: "up" | "down";
  /** The places that got no answer. */
  readonly failedFrom: readonly string[];
}

/** What is known of every address of every name. */
export interface HealthBook {
  /** Whether an address has failed its checks. */
  readonly isDown: (name: string, address: string) => boolean;
  /** Takes a round in, and says what changed by it. Addresses that are no longer asked are forgotten. */
  readonly note: (
    asked: readonly NamedAddress[],
    sightings: readonly (Sighting & { readonly name: string })[],
  ) => readonly HealthChange[];
}

/**
 * A new book. An address that it has not met begins as up where it is `inUse`
 * (it is in the name now, or the name has no address at all), else as down: it then
 * has to succeed as often as any that comes back.
 */
export function createHealthBook(
  settings: Pick<HealthChecks, "failures" | "successes">,
  inUse: (name: string, address: string) => boolean,
): HealthBook {
  let known = new Map<string, AddressHealth>();
  const keyOf = (name: string, address: string): string => `${name} ${address}`;
  return {
    isDown: (name, address) => known.get(keyOf(name, address))?.state === "down",
    note: (asked, sightings) => {
      const next = new Map<string, AddressHealth>();
      const changes = asked.flatMap((one): readonly HealthChange[] => {
        const key = keyOf(one.name, one.address);
        const before = known.get(key) ?? begin(inUse(one.name, one.address));
        const ofName = sightings.filter(({ name }) => name === one.name);
        const after = nextHealth(before, judgeRound(ofName, one), settings);
        next.set(key, after);
        const { name, cluster, address } = one;
        return after.state === before.state ? [] : [{ name, cluster, address, ...after }];
      });
      known = next;
      return changes.map(({ name, cluster, address, state, failedFrom }) => ({
        name,
        cluster,
        address,
        state,
        failedFrom,
      }));
    },
  };
}

function begin(isInUse: boolean): AddressHealth {
  return { state: isInUse ? "up" : "down", against: 0, failedFrom: [] };
}
