/**
 * Says of a connection that only rules for blocks of addresses admit, where the
 * address of the other end is not known, what nobody can say: a sentence
 * without a full stop. The policies are those that may admit it.
 */
export function describeUnsure(cluster: string, policies: readonly string[], what: string): string {
  return `whether NetworkPolicy ${[...new Set(policies)].join(", ")} of ${cluster} admits ${what}: its rules name blocks of addresses, and the address of the other end is not known`;
}
