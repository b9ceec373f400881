import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { clustersOf, networkOf } from "../walk-draft.ts";
import { findRepeated } from "./find-repeated.ts";

/** Clusters have networks of their own, except where the network is declared as shared. */
export function checkNetworks(draft: MeshDraft): readonly Finding[] {
  const shared = draft.spec?.sharedNetworks ?? [];
  const alone = clustersOf(draft).filter(({ value }) => !shared.includes(networkOf(value)));
  return findRepeated(alone, ({ value }) => networkOf(value))
    .filter(({ item, first }) => item.value.name !== first.value.name)
    .map(({ item, first }) => ({
      code: "ISM104",
      path: [...item.path, item.value.network === undefined ? "name" : "network"],
      detail: `The network ${networkOf(item.value)} is that of cluster ${first.value.name} already. Clusters with one network name send requests straight to each other's pod addresses, which fails unless their pods really reach each other.`,
      other: [...first.path, first.value.network === undefined ? "name" : "network"],
      fix: `Give ${item.value.name ?? "the cluster"} a network name of its own, or declare the network as shared: sharedNetworks: [${networkOf(item.value)}] under spec.`,
    }));
}
