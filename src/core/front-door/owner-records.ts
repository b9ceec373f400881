import { txtText, txtValue } from "./txt-value.ts";

/** What a cluster brings to a name, as its owner record says. */
export interface AddressClaim {
  readonly mesh: string;
  readonly cluster: string;
  /** IP addresses in their one spelling, sorted; at least one. */
  readonly addresses: readonly string[];
}

/** Whose owner record it is. */
export type Owner = Pick<AddressClaim, "mesh" | "cluster">;

/**
 * Where the owner record of a cluster for a name is. The cluster's label is the first one: below
 * `_isthmus`, no name that a wildcard answers comes into being by it (RFC 4592, 2.2.2).
 */
export function ownerName(cluster: string, name: string): string {
  return `${cluster}.${indexName(name)}`;
}

/** Where the list of a name's owners is, one TXT record for each. `*` would be a wildcard's label below a wildcard. */
export function indexName(name: string): string {
  return `_isthmus.${name.replace(/^\*(?=\.)/, "_any")}`;
}

/** Designate takes 253 characters in a string of a TXT record, and no second string where one is enough. */
const longestText = 253;

/**
 * The values of an owner's record set: one, more where the addresses do not fit into 253 characters. All in lower
 * case: there are servers that compare TXT values of prerequisites without the case of letters (docs/adr/0028).
 */
export function claimValues({ mesh, cluster, addresses }: AddressClaim): readonly string[] {
  const head = `heritage=isthmus,mesh=${mesh},cluster=${cluster},addresses=`;
  const texts: string[] = [];
  for (const address of addresses) {
    const longer = `${texts.at(-1) ?? ""}+${address}`;
    if (texts.length > 0 && longer.length <= longestText) {
      texts[texts.length - 1] = longer;
    } else {
      texts.push(`${head}${address}`);
    }
  }
  return texts.map(txtValue);
}

/** The claim, or a part of it, in an owner record's value; undefined where it is none of ours. */
export function readClaim(value: string): AddressClaim | undefined {
  const match = /^heritage=isthmus,mesh=([^,]+),cluster=([^,]+),addresses=([0-9a-f.:+]+)$/.exec(txtText(value));
  const [, mesh, cluster, addresses] = match ?? [];
  return mesh === undefined || cluster === undefined || addresses === undefined
    ? undefined
    : { mesh, cluster, addresses: addresses.split("+") };
}

/** The value that names an owner in the list of a name's owners. */
export function ownerValue({ mesh, cluster }: Owner): string {
  return txtValue(`heritage=isthmus,mesh=${mesh},cluster=${cluster}`);
}

/** The owner that such a value names; undefined where it is none of ours. */
export function readOwner(value: string): Owner | undefined {
  const [, mesh, cluster] = /^heritage=isthmus,mesh=([^,]+),cluster=([^,]+)$/.exec(txtText(value)) ?? [];
  return mesh === undefined || cluster === undefined ? undefined : { mesh, cluster };
}
