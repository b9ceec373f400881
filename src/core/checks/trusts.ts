import type { AuthorityFacts } from "./certificate-facts.ts";
import type { ReachedCluster } from "./facts.ts";

/** A cluster whose cacerts hold together. */
export interface Trusting {
  readonly one: ReachedCluster;
  readonly authority: Extract<AuthorityFacts, { readonly kind: "present" }>;
}

/** Those of the clusters whose cacerts hold together. */
export function trusting(clusters: readonly ReachedCluster[]): readonly Trusting[] {
  return clusters.flatMap((one) => (one.authority.kind === "present" ? [{ one, authority: one.authority }] : []));
}

/** What all that a cluster signs leads to: who trusts one of these identities accepts it. */
export function leadsTo({ authority }: Trusting): readonly string[] {
  return [authority.intermediate, ...authority.above].map(({ identity }) => identity);
}

/** The root that a cluster signs under, for messages. */
export function anchorOf({ authority }: Trusting): { readonly subject: string; readonly fingerprint: string } {
  return authority.above.at(-1) ?? authority.intermediate;
}

/** True when one of the trusted identities is among those that something leads to. */
export function isTrustedBy(trusted: readonly string[], leads: readonly string[]): boolean {
  return trusted.some((identity) => leads.includes(identity));
}
