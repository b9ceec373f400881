import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { DnsRecordSet } from "./dns-records.ts";
import { externalDnsNames, externalDnsOwner, isEncryptedOwner } from "./external-dns-owner.ts";
import { setOf, type NameReading } from "./name-reading.ts";
import { isAlias, ofAnotherMesh, ofExternalDns, ofNobody, otherRecord, outsideOfZone } from "./name-refusals.ts";
import { isInZone } from "./dns-records.ts";
import { indexName, ownerName, readClaim, readOwner, type AddressClaim } from "./owner-records.ts";
import type { WantedName } from "./wanted-name.ts";

/** What a reading means: who owns what of a name. */
export interface NameState {
  readonly sets: { readonly A: DnsRecordSet | undefined; readonly AAAA: DnsRecordSet | undefined };
  /** All addresses of both sets, sorted. */
  readonly addresses: readonly string[];
  readonly claims: readonly AddressClaim[];
  /** The values of the list of owners. */
  readonly index: readonly string[];
  /** The values of an owner's records. */
  readonly valuesOf: (cluster: string) => readonly string[];
  /** Addresses that no owner brings. */
  readonly unclaimed: readonly string[];
  /** Why no address of ours may come; own ones may go. */
  readonly problems: readonly Diagnostic[];
  /** Why nothing of the name may be changed at all. */
  readonly blocked: readonly Diagnostic[];
}

/** Judges what was read of a name. */
export function readNameState(wanted: WantedName, reading: NameReading): NameState {
  const { name } = wanted;
  const sets = { A: setOf(reading, name, "A"), AAAA: setOf(reading, name, "AAAA") };
  const addresses = [...(sets.A?.values ?? []), ...(sets.AAAA?.values ?? [])].toSorted();
  const index = setOf(reading, indexName(name), "TXT")?.values ?? [];
  const owners = ownerSets(wanted, reading);
  const claims = owners.flatMap((set) => claimIn(set, name) ?? []);
  const claimed = claims.flatMap((one) => one.addresses);
  const unclaimed = addresses.filter((one) => !claimed.includes(one));
  return {
    sets,
    addresses,
    claims,
    index,
    valuesOf: (cluster) => owners.find((set) => set.name === ownerName(cluster, name))?.values ?? [],
    unclaimed,
    problems: [
      ...externalDnsOwners(wanted, reading),
      ...(unclaimed.length > 0 && wanted.adopt !== true ? [ofNobody(wanted, unclaimed, claims)] : []),
    ],
    blocked: [
      ...(isInZone(name, reading.zone) ? [] : [outsideOfZone(wanted, reading.zone)]),
      ...(setOf(reading, name, "CNAME")?.values ?? []).map((target) => isAlias(wanted, target)),
      ...owners.filter((set) => claimIn(set, name) === undefined).map((set) => otherRecord(wanted, set)),
      ...(index.some((value) => readOwner(value) === undefined)
        ? [otherRecord(wanted, { name: indexName(name), type: "TXT", ttlSeconds: 0, values: index })]
        : []),
      ...claims
        .filter((one) => one.mesh !== wanted.mesh && one.cluster in wanted.clusters)
        .map((one) => ofAnotherMesh(wanted, one)),
    ],
  };
}

function ownerSets(wanted: WantedName, reading: NameReading): readonly DnsRecordSet[] {
  const below = `.${indexName(wanted.name)}`;
  return reading.sets.filter((one) => one.type === "TXT" && one.name.endsWith(below));
}

/**
 * The claim of an owner record, of the cluster that the place is named after. Several records of one cluster are parts
 * of a long claim, or what a writer leaves that was ended between two steps: it has all of them.
 */
function claimIn(set: DnsRecordSet, name: string): AddressClaim | undefined {
  const claims = set.values.map(readClaim);
  const [first] = claims;
  const isOne = claims.every((one) => one?.mesh === first?.mesh && one?.cluster === first?.cluster);
  return first !== undefined && isOne && ownerName(first.cluster, name) === set.name
    ? { ...first, addresses: [...new Set(claims.flatMap((one) => one?.addresses ?? []))].toSorted() }
    : undefined;
}

function externalDnsOwners(wanted: WantedName, reading: NameReading): readonly Diagnostic[] {
  const names = externalDnsNames(wanted.name, reading.zone, wanted.externalDns);
  return names.flatMap((name) => {
    const values = setOf(reading, name, "TXT")?.values ?? [];
    // At the name itself others have such texts too, to prove that it is theirs.
    const isEncrypted = name !== wanted.name && values.some(isEncryptedOwner);
    const [owner = isEncrypted ? "unknown, since it is encrypted" : undefined] = values.flatMap(
      (value) => externalDnsOwner(value) ?? [],
    );
    return owner === undefined ? [] : [ofExternalDns(wanted, name, owner)];
  });
}
