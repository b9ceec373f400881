import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { additionsIn } from "../../core/plan/additions.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { summarisePlan } from "../../core/plan/plan.ts";

/** Whether a cluster is as the mesh file asks. */
export type SyncStatus =
  | {
      readonly kind: "compared";
      readonly inSync: boolean;
      /** Objects that an apply would make, change, and (with --prune) delete. */
      readonly create: number;
      readonly update: number;
      readonly delete: number;
      readonly unchanged: number;
      /** Objects to which others have added fields, which an apply leaves; left out where there are none. */
      readonly added?: number;
    }
  /** No plan can be made; the reason is what `isthmus plan` would say. */
  | { readonly kind: "unknown"; readonly code: string; readonly reason: string };

/** What a plan says of one cluster; undefined where the cluster does not answer. */
export function syncOf(plan: Plan, cluster: string): SyncStatus | undefined {
  const own = plan.clusters.find((one) => one.cluster === cluster);
  if (own?.kind !== "planned") {
    return undefined;
  }
  const summary = summarisePlan({ ...plan, clusters: [own] }, { prune: true });
  const added = additionsIn(own).length;
  return {
    kind: "compared",
    inSync: summary.create + summary.update + summary.delete === 0,
    ...summary,
    ...(added === 0 ? {} : { added }),
  };
}

/** What a refused plan says of one cluster: its own problem where it has one, else the first of all. */
export function refusedSync(diagnostics: readonly Diagnostic[], cluster: string): SyncStatus {
  const reason = diagnostics.find((one) => one.cluster === cluster) ?? diagnostics[0];
  return { kind: "unknown", code: reason?.code ?? "", reason: reason?.summary ?? "" };
}
