import { errorOf } from "../../../core/diagnostics/coded.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import type { Plan } from "../../../core/plan/plan.ts";

/**
 * A UserError (69, ISM306) where a cluster of a mesh does not answer that no
 * cluster has yet, or where none answers: a new mesh needs all of its clusters
 * (docs/adr/0003). It needs the plan, which the rules of `preflight` come before.
 */
export function refuseHalfOfANewMesh({
  plan,
  established,
}: {
  readonly plan: Plan;
  readonly established: boolean;
}): void {
  const unavailable = plan.clusters.flatMap((cluster) => (cluster.kind === "unreachable" ? [cluster] : []));
  const all = unavailable.length === plan.clusters.length;
  if (unavailable.length === 0 || (established && !all)) {
    return;
  }
  throw new UserError(
    [
      ...unavailable.map((cluster) => cluster.diagnostic),
      {
        ...errorOf("ISM306"),
        detail: `${unavailable.map((cluster) => cluster.cluster).join(", ")} ${all ? "is all there is" : "does not answer"}, and no cluster that answers carries mesh ${plan.mesh} yet. Nothing was changed anywhere.`,
        fix: "Correct the access to these clusters, or take them out of the mesh file, then apply again.",
      },
    ],
    exitCodes.unreachable,
  );
}
