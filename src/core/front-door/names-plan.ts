import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { NameOwners } from "./plan-name.ts";
import type { NameDecision, Standing } from "./want-names.ts";

/** One name that isthmus publishes: what it has, and what an apply makes of it. */
export type PlannedName = {
  readonly name: string;
  /** Why each cluster of the mesh is in the name, or not. */
  readonly standings: Readonly<Record<string, Standing>>;
} & (
  | { readonly kind: "unchanged"; readonly now: NameOwners }
  | {
      readonly kind: "update";
      readonly now: NameOwners;
      readonly after: NameOwners;
      /** What stays wrong beside the change. */
      readonly diagnostics: readonly Diagnostic[];
    }
  /** The records belong to somebody else, or the result would be none that may be written. */
  | { readonly kind: "refused"; readonly now: NameOwners; readonly diagnostics: readonly Diagnostic[] }
  /** The DNS server did not say what the name has. */
  | { readonly kind: "unread"; readonly diagnostics: readonly Diagnostic[] }
);

/** All names that isthmus publishes in a zone. */
export interface NamesPlan {
  readonly zone: string;
  /** Where the zone is written, without any secret: `192.0.2.53:53 with key isthmus`. */
  readonly where: string;
  readonly names: readonly PlannedName[];
  /** Names that the mesh file has no more and that may have records of ours; they go with `--prune`. Absent where there are none. */
  readonly former?: readonly PlannedName[];
}

/** An address that a name gets or loses. */
export interface AddressChange {
  readonly action: "add" | "remove";
  readonly name: string;
  readonly type: "A" | "AAAA";
  readonly address: string;
  /** The clusters that bring it, or brought it; none for an address of no owner. */
  readonly clusters: readonly string[];
}

/** What an update changes in the name's set, additions first; empty where it changes owners or the TTL alone. */
export function addressChanges(planned: Extract<PlannedName, { readonly kind: "update" }>): readonly AddressChange[] {
  const { name, now, after } = planned;
  const change = (action: AddressChange["action"], address: string, owners: NameOwners): AddressChange => ({
    action,
    name,
    type: address.includes(":") ? "AAAA" : "A",
    address,
    clusters: owners.claims.filter((one) => one.addresses.includes(address)).map(({ cluster }) => cluster),
  });
  return [
    ...after.addresses.filter((one) => !now.addresses.includes(one)).map((one) => change("add", one, after)),
    ...now.addresses.filter((one) => !after.addresses.includes(one)).map((one) => change("remove", one, now)),
  ];
}

/** The names that an apply would write: former ones with `prune` only, since only then they go. */
export function changedNames(
  plan: NamesPlan | undefined,
  { prune }: { readonly prune: boolean },
): readonly PlannedName[] {
  return [...(plan?.names ?? []), ...(prune ? (plan?.former ?? []) : [])].filter(({ kind }) => kind === "update");
}

/** Everything that is wrong with the names. */
export function problemsOf(plan: NamesPlan | undefined): readonly Diagnostic[] {
  const all = [...(plan?.names ?? []), ...(plan?.former ?? [])].flatMap((one) =>
    one.kind === "unchanged" ? [] : one.diagnostics,
  );
  // A server that is away is told once and not for each name.
  const seen = new Set<string>();
  return all.filter(({ code, detail }) => {
    const key = `${code} ${detail}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** The name before anything is known of its records. */
export function describeName({
  wanted: { name },
  standings,
}: Pick<NameDecision, "wanted" | "standings">): Pick<PlannedName, "name" | "standings"> {
  return { name, standings };
}
