import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { describePath } from "../path.ts";
import { clustersOf } from "../walk-draft.ts";
import { findRepeated } from "./find-repeated.ts";

/** No two clusters have one name. */
export function checkClusterNames(draft: MeshDraft): readonly Finding[] {
  return findRepeated(clustersOf(draft), (cluster) => cluster.value.name).map(({ item, first }) => ({
    code: "ISM121",
    path: [...item.path, "name"],
    detail: `${describePath(first.path)} is called ${first.value.name} too. Istio would take the two for one cluster, and each would replace the other's endpoints.`,
    other: [...first.path, "name"],
    fix: "Give every cluster a name of its own.",
  }));
}
