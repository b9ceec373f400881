import { suggestName } from "../../diagnostics/suggest.ts";
import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { ClusterDraft, Placed } from "../walk-draft.ts";
import { clustersOf } from "../walk-draft.ts";

const ways = ["context", "rancherId"];

/** A cluster is reached by a kubeconfig context or through Rancher, not both and not neither. */
export function checkClusterAccess(draft: MeshDraft): readonly Finding[] {
  return clustersOf(draft).flatMap(checkAccess);
}

function checkAccess({ value, path }: Placed<ClusterDraft>): readonly Finding[] {
  const name = value.name ?? "The cluster";
  // A field of the wrong type is there, too, and reported for that.
  const context = "context" in value;
  const rancher = "rancherId" in value;
  if (context && rancher) {
    return [
      {
        code: "ISM123",
        path: [...path, "rancherId"],
        at: "key",
        detail: `${name} has both context and rancherId, and it would depend on chance which of the two ways is the right one.`,
        fix: "Delete one of the two.",
      },
    ];
  }
  if (!context && !rancher) {
    // A misspelt field is reported as one; that it is missing as well is no news.
    const misspelt = Object.keys(value).some((key) => suggestName(key, ways) !== undefined);
    return misspelt
      ? []
      : [
          {
            code: "ISM123",
            path,
            detail: `${name} has neither context nor rancherId, so there is no way to it.`,
            fix: "Add context with the name of a kubeconfig context, or rancherId with the cluster's ID in Rancher.",
          },
        ];
  }
  if (rancher && "kubeconfig" in value) {
    return [
      {
        code: "ISM123",
        path: [...path, "kubeconfig"],
        at: "key",
        detail: `${name} is reached through Rancher, so its kubeconfig would not be used.`,
        fix: "Delete kubeconfig, or give context instead of rancherId.",
      },
    ];
  }
  return [];
}
