import type { Diagnostic } from "./diagnostic.ts";

/**
 * One diagnostic for those that say the same of several clusters, at the place
 * of the first, with all of the clusters: a Rancher that is unavailable is one problem,
 * however many clusters are behind it. What names an object or a place in a file stays by itself.
 */
export function joinEqual(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const joined: Diagnostic[] = [];
  for (const diagnostic of diagnostics) {
    const index = joined.findIndex((one) => saysTheSame(one, diagnostic));
    const first = joined[index];
    if (first === undefined) {
      joined.push(diagnostic);
    } else {
      joined[index] = { ...first, cluster: `${first.cluster ?? ""}, ${diagnostic.cluster ?? ""}` };
    }
  }
  return joined;
}

function saysTheSame(one: Diagnostic, other: Diagnostic): boolean {
  const aboutClusters = [one, other].every(
    ({ cluster, object, range }) => cluster !== undefined && object === undefined && range === undefined,
  );
  return (
    aboutClusters &&
    one.code === other.code &&
    one.severity === other.severity &&
    one.detail === other.detail &&
    one.fix === other.fix
  );
}
