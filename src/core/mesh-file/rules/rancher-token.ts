import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { clustersOf } from "../walk-draft.ts";

/** Rancher issues tokens for clusters that it knows by their ID. */
export function checkRancherToken(draft: MeshDraft): readonly Finding[] {
  if (draft.spec?.access?.credentials !== "rancherToken" || draft.spec.rancher === undefined) {
    return [];
  }
  return clustersOf(draft).flatMap(({ value, path }): Finding[] =>
    value.context === undefined || value.rancherId !== undefined
      ? []
      : [
          {
            code: "ISM143",
            path: [...path, "context"],
            detail: `The other clusters are to read ${value.name ?? "this cluster"} with a Rancher token, and Rancher issues tokens by the cluster's ID, which a kubeconfig context does not give.`,
            fix: "Give rancherId instead of context, or write credentials: serviceAccount under access.",
          },
        ],
  );
}
