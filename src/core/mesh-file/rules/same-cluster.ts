import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { clustersOf } from "../walk-draft.ts";
import { findRepeated } from "./find-repeated.ts";

/** No two entries lead to one cluster. */
export function checkSameCluster(draft: MeshDraft): readonly Finding[] {
  const clusters = clustersOf(draft);
  const contexts = findRepeated(clusters, ({ value }) =>
    value.context === undefined ? undefined : JSON.stringify([value.kubeconfig, value.context]),
  );
  const ids = findRepeated(clusters, ({ value }) => value.rancherId);
  return [
    ...contexts.map(({ item, first }) => ({ item, first, field: "context" as const })),
    ...ids.map(({ item, first }) => ({ item, first, field: "rancherId" as const })),
  ].map(({ item, first, field }) => ({
    code: "ISM125",
    path: [...item.path, field],
    detail: `${item.value.name ?? "This cluster"} and ${first.value.name ?? "another one"} have the same ${field}, ${item.value[field]}, so they are one cluster. Applying would give it two names and two networks in turn.`,
    other: [...first.path, field],
    fix: `Correct the ${field} of one of them.`,
  }));
}
