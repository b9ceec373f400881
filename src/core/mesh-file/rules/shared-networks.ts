import { suggestName } from "../../diagnostics/suggest.ts";
import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { showValue } from "../show-value.ts";
import { clustersOf, networkOf } from "../walk-draft.ts";

/** A shared network is the network of some cluster. */
export function checkSharedNetworks(draft: MeshDraft): readonly Finding[] {
  const networks = clustersOf(draft).flatMap(({ value }) => networkOf(value) ?? []);
  const declared = itemsOf(draft.spec?.sharedNetworks).map(([, name]) => name);
  return itemsOf(draft.spec?.sharedNetworks)
    .filter(([, name]) => !networks.includes(name))
    .map(([index, name]) => {
      const near = suggestName(
        name,
        networks.filter((network) => !declared.includes(network)),
      );
      return {
        code: "ISM122",
        path: ["spec", "sharedNetworks", index],
        detail: `No cluster is in the network ${showValue(name)}, so declaring it as shared has no effect.`,
        fix: near === undefined ? "Correct the name or delete the entry." : `Did you mean ${near}?`,
      };
    });
}
