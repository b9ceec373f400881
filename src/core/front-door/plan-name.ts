import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { addressValue } from "./dns-addresses.ts";
import type { DnsRecord, DnsUpdate, DnsValue } from "./dns-records.ts";
import { readNameState, type NameState } from "./name-state.ts";
import { stillAsRead, type NameReading } from "./name-reading.ts";
import { emptySet, tooMany } from "./name-refusals.ts";
import { claimValues, indexName, ownerName, ownerValue, type AddressClaim } from "./owner-records.ts";
import type { WantedName } from "./wanted-name.ts";

/** BIND takes no larger set (`max-records-per-type`, https://bind9.readthedocs.io/en/v9.18/reference.html). */
const mostAddresses = 100;

/** Who owns which addresses of a name. */
export interface NameOwners {
  readonly claims: readonly AddressClaim[];
  /** All addresses of the set, sorted; also those of no owner. */
  readonly addresses: readonly string[];
}

/** What has to be done so that a name leads to what is wanted. */
export type NamePlan =
  | { readonly kind: "unchanged"; readonly now: NameOwners }
  | {
      readonly kind: "update";
      readonly update: DnsUpdate;
      readonly before: NameOwners;
      readonly after: NameOwners;
      /** How long resolvers may keep what they were given before, in seconds: the larger TTL of both sets; 0 where there was none. */
      readonly ttlBefore: number;
      /** What stays wrong: addresses of others, left where they are while own ones go. */
      readonly left: readonly Diagnostic[];
    }
  | { readonly kind: "refused"; readonly reasons: readonly Diagnostic[] };

/**
 * Decides how the records of a name change, from what was read of it: its set of addresses becomes the union of
 * what its owners bring, other clusters' shares stay. A set that somebody else writes gets no address of ours;
 * own addresses leave it all the same, so that a dead cluster is never kept by it. Same reading, same plan.
 */
export function planName(wanted: WantedName, reading: NameReading): NamePlan {
  const state = readNameState(wanted, reading);
  if (state.blocked.length > 0) {
    return { kind: "refused", reasons: state.blocked };
  }
  const asked = nextClaims(wanted, state.claims);
  const claims = state.problems.length === 0 ? asked : withoutJoins(asked, state.claims);
  const isAdopted = wanted.adopt === true && claims.some((one) => one.addresses.length > 0);
  const addresses = sorted([...claims.flatMap((one) => one.addresses), ...(isAdopted ? [] : state.unclaimed)]);

  const before = { claims: state.claims, addresses: state.addresses };
  const after = { claims, addresses };
  const refusals = refusalsOf(wanted, state, after);
  const changes = [
    ...addressChanges(wanted, state, after),
    ...ownerChanges(wanted, state, claims),
    ...indexChanges(wanted, state, claims),
  ];
  const leaves = state.claims.some((one) => !covers(claims, one));
  if (refusals.length > 0 || (state.problems.length > 0 && !leaves)) {
    const isIdle = refusals.length === 0 && changes.length === 0 && asked.length === 0;
    if (isIdle) {
      return { kind: "unchanged", now: before };
    }
    // That nothing would be left follows where what is wanted may not come.
    const isHeldBack = state.problems.length > 0 && asked.some((one) => one.addresses.length > 0);
    return { kind: "refused", reasons: [...state.problems, ...(isHeldBack ? [] : refusals)] };
  }
  return changes.length === 0
    ? { kind: "unchanged", now: before }
    : {
        kind: "update",
        update: updateOf(wanted, reading, changes),
        before,
        after,
        ttlBefore: longestTtl(state),
        left: state.problems,
      };
}

function longestTtl({ sets }: NameState): number {
  return Math.max(sets.A?.ttlSeconds ?? 0, sets.AAAA?.ttlSeconds ?? 0);
}

/** The same without what is new: where somebody else writes the set, own addresses leave it and none comes. */
function withoutJoins(asked: readonly AddressClaim[], now: readonly AddressClaim[]): readonly AddressClaim[] {
  return asked.flatMap((one) => {
    const known = now.find(({ mesh, cluster }) => mesh === one.mesh && cluster === one.cluster)?.addresses ?? [];
    const addresses = one.addresses.filter((address) => known.includes(address));
    return addresses.length === 0 ? [] : [{ ...one, addresses }];
  });
}

function nextClaims(wanted: WantedName, now: readonly AddressClaim[]): readonly AddressClaim[] {
  const { mesh } = wanted;
  const own = Object.entries(wanted.clusters).flatMap(([cluster, addresses]): readonly AddressClaim[] => {
    if (addresses === "keep") {
      return now.filter((one) => one.mesh === mesh && one.cluster === cluster);
    }
    const values = addresses.flatMap((address) => addressValue(address)?.value ?? []);
    return values.length === 0 ? [] : [{ mesh, cluster, addresses: sorted(values) }];
  });
  return [...own, ...now.filter((one) => one.mesh !== mesh)].toSorted((a, b) => (a.cluster < b.cluster ? -1 : 1));
}

function refusalsOf(wanted: WantedName, state: NameState, after: NameOwners): readonly Diagnostic[] {
  const sizes = (["A", "AAAA"] as const).map((type) => after.addresses.filter((one) => typeOf(one) === type).length);
  const isEmptied = after.addresses.length === 0 && state.addresses.length > 0;
  return [
    ...(isEmptied && wanted.mayBeEmpty !== true ? [emptySet(wanted)] : []),
    ...(Math.max(...sizes) > mostAddresses ? [tooMany(wanted, Math.max(...sizes), mostAddresses)] : []),
  ];
}

/** One record that goes, or that comes. */
type Change = { readonly del: DnsValue } | { readonly add: DnsRecord };

function addressChanges(wanted: WantedName, state: NameState, after: NameOwners): readonly Change[] {
  const { name } = wanted;
  return (["A", "AAAA"] as const).flatMap((type) => {
    const set = state.sets[type];
    const now = set?.values ?? [];
    const next = after.addresses.filter((one) => typeOf(one) === type);
    // Where others write too, the TTL is not ours alone.
    const isOurs = state.problems.length === 0 && after.claims.every((one) => one.mesh === wanted.mesh);
    const ttlSeconds = set === undefined || isOurs ? wanted.ttlSeconds : set.ttlSeconds;
    // A set has one TTL. There are servers that keep it when a record is added again, so that all go and come (docs/adr/0028).
    const renewed = set !== undefined && set.ttlSeconds !== ttlSeconds;
    const gone = now.filter((one) => renewed || !next.includes(one));
    const come = next.filter((one) => renewed || !now.includes(one));
    return [
      ...gone.map((value) => ({ del: { name, type, value } })),
      ...come.map((value) => ({ add: { name, type, value, ttlSeconds } })),
    ];
  });
}

function ownerChanges(wanted: WantedName, state: NameState, claims: readonly AddressClaim[]): readonly Change[] {
  const clusters = [...new Set([...state.claims, ...claims].map(({ cluster }) => cluster))];
  return clusters.flatMap((cluster) => {
    const next = claims.find((one) => one.cluster === cluster);
    return replaced(wanted, ownerName(cluster, wanted.name), [
      state.valuesOf(cluster),
      next === undefined ? [] : claimValues(next),
    ]);
  });
}

function indexChanges(wanted: WantedName, state: NameState, claims: readonly AddressClaim[]): readonly Change[] {
  return replaced(wanted, indexName(wanted.name), [state.index, claims.map((one) => ownerValue(one))]);
}

function replaced(
  { ttlSeconds }: WantedName,
  name: string,
  [now, next]: readonly [readonly string[], readonly string[]],
): readonly Change[] {
  const type = "TXT" as const;
  return [
    ...now.filter((value) => !next.includes(value)).map((value) => ({ del: { name, type, value } })),
    ...next.filter((value) => !now.includes(value)).map((value) => ({ add: { name, type, value, ttlSeconds } })),
  ];
}

function updateOf(wanted: WantedName, reading: NameReading, changes: readonly Change[]): DnsUpdate {
  return {
    prerequisites: stillAsRead(wanted, reading),
    deletes: changes.flatMap((one) => ("del" in one ? [one.del] : [])),
    adds: changes.flatMap((one) => ("add" in one ? [one.add] : [])),
  };
}

/** True when the claims bring each address of `one`. */
function covers(claims: readonly AddressClaim[], one: AddressClaim): boolean {
  const all = claims.flatMap(({ addresses }) => addresses);
  return one.addresses.every((address) => all.includes(address));
}

function typeOf(address: string): "A" | "AAAA" {
  return address.includes(":") ? "AAAA" : "A";
}

function sorted(addresses: readonly string[]): readonly string[] {
  return [...new Set(addresses)].toSorted();
}
