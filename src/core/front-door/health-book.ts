import type { HealthChecks } from "../model/dns.ts";
import type { AddressHealth, RoundVerdict, Sighting } from "./health.ts";
import { judgeRound, nextHealth } from "./health.ts";
import type { RequestCount } from "./health-waits.ts";
import { onlyWaits, waitingRounds } from "./health-waits.ts";

/** An address of a name. */
export interface NamedAddress {
  readonly name: string;
  readonly cluster: string;
  readonly address: string;
}

/** An address whose state has just changed, or of which one place alone says for `failures` rounds that it does not answer. */
export interface HealthChange extends NamedAddress {
  readonly state: "up" | "down";
  /** The places that got no answer. */
  readonly failedFrom: readonly string[];
  /** True where the gateway answers and no request of the name behind it does; left out otherwise. */
  readonly waits?: true;
  /** True where nobody else has looked, so that it stays as it is; left out otherwise. */
  readonly alone?: true;
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
  let known = new Map<string, Entry>();
  const rounds = waitingRounds(settings);
  const keyOf = ({ name, address }: Pick<NamedAddress, "name" | "address">): string => `${name} ${address}`;
  return {
    isDown: (name, address) => known.get(keyOf({ name, address }))?.health.state === "down",
    note: (asked, sightings) => {
      const noted = asked.map((one): Noted => {
        const before = known.get(keyOf(one)) ?? begin(inUse(one.name, one.address));
        const round = judgeRound(
          sightings.filter(({ name }) => name === one.name),
          one,
        );
        // What was counted while the address was down says nothing of one that is back.
        const counts = [...(before.health.state === "down" ? [] : before.counts), round].slice(-rounds);
        const health = nextHealth(before.health, round, settings);
        return { one, before: before.health, health, counts, missed: missedAlone(before, round) };
      });
      const judged = noted.map((entry) => (hangs(entry, noted, rounds) ? takenOut(entry) : entry));
      known = new Map(judged.map((entry) => [keyOf(entry.one), entry]));
      return judged.flatMap((entry) => changeOf(entry, settings));
    },
  };
}

interface Entry {
  readonly health: AddressHealth;
  /** Of the last rounds, oldest first. */
  readonly counts: readonly RequestCount[];
  /** How many rounds in a row one place got no answer, and no other place has looked. */
  readonly missed: number;
}

interface Noted extends Entry {
  readonly one: NamedAddress;
  readonly before: AddressHealth;
  readonly waits?: true;
}

/** Held against those of the name that are up. */
function hangs({ one, health, counts }: Noted, all: readonly Noted[], rounds: number): boolean {
  const others = all.filter((other) => other.one.name === one.name && other.one.address !== one.address);
  const up = others.filter((other) => other.health.state === "up");
  return (
    health.state === "up" &&
    onlyWaits(
      counts,
      up.flatMap((other) => other.counts),
      rounds,
    )
  );
}

function takenOut(entry: Noted): Noted {
  return { ...entry, health: { ...entry.health, state: "down", against: 0 }, waits: true };
}

function begin(isInUse: boolean): Entry {
  return { health: { state: isInUse ? "up" : "down", against: 0, failedFrom: [] }, counts: [], missed: 0 };
}

/** A round in which nobody looked changes nothing. */
function missedAlone({ health, missed }: Entry, { verdict, failedFrom }: RoundVerdict): number {
  if (verdict !== "unknown" || health.state === "down") {
    return 0;
  }
  return failedFrom.length === 0 ? missed : missed + 1;
}

function changeOf(
  { one: { name, cluster, address }, before, health: { state, failedFrom }, waits, missed }: Noted,
  { failures }: Pick<HealthChecks, "failures">,
): readonly HealthChange[] {
  if (state !== before.state) {
    return [{ name, cluster, address, state, failedFrom, ...(waits === true ? { waits } : {}) }];
  }
  return missed === failures && failedFrom.length > 0
    ? [{ name, cluster, address, state, failedFrom, alone: true }]
    : [];
}
