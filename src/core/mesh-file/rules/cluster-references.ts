import { suggestName } from "../../diagnostics/suggest.ts";
import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { describePath } from "../path.ts";
import { showValue } from "../show-value.ts";
import { clusterNames, versionsOf } from "../walk-draft.ts";

/** Whoever names a cluster names one of `spec.clusters`. */
export function checkClusterReferences(draft: MeshDraft): readonly Finding[] {
  const known = clusterNames(draft);
  const references: { readonly name: string; readonly path: Path }[] = versionsOf(draft).flatMap(({ value, path }) =>
    itemsOf(value.clusters).map(([index, name]) => ({
      name,
      path: [...path, "clusters", index],
    })),
  );
  const root = draft.spec?.trust?.root?.secretRef?.cluster;
  if (root !== undefined) {
    references.push({ name: root, path: ["spec", "trust", "root", "secretRef", "cluster"] });
  }
  return references
    .filter(({ name }) => !known.includes(name))
    .map(({ name, path }) => {
      const near = suggestName(name, known);
      return {
        code: "ISM126",
        path,
        detail: `${describePath(path)} is ${showValue(name)}, and spec.clusters has no cluster of that name.`,
        fix:
          near === undefined
            ? `Use one of the clusters that there are${known.length === 0 ? "" : ` (${known.slice(0, 10).join(", ")}${known.length > 10 ? ", …" : ""})`}, or add it to spec.clusters.`
            : `Did you mean ${near}?`,
      };
    });
}
