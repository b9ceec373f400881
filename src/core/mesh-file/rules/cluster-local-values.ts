import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { valueAt } from "../path.ts";

const path = ["spec", "istio", "values", "meshConfig", "serviceSettings"];

/** `export: false` is a list of istiod's configuration, which the user's own one would replace as a whole. */
export function checkClusterLocalValues(draft: MeshDraft): readonly Finding[] {
  const local = itemsOf(draft.spec?.services).flatMap(([, one]) =>
    one.export === false ? [`${one.namespace ?? ""}/${one.name ?? ""}`] : [],
  );
  return local.length === 0 || valueAt(draft, path) === undefined
    ? []
    : [
        {
          code: "ISM619",
          path,
          at: "key",
          detail: `${local.join(", ")} ${local.length === 1 ? "stays in its cluster" : "stay in their clusters"} by export: false, which is written to meshConfig.serviceSettings. The list here would take its place.`,
          fix: "Say it in one place: write the hosts of those services into this list and leave export out, or delete the list and write export: false at each of the services that it names.",
        },
      ];
}
