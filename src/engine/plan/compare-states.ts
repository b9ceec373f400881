import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { ClusterPlan, Plan } from "../../core/plan/plan.ts";
import { rancherLocalTarget } from "../../core/render/names.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { KubeError } from "../../kube/errors.ts";
import { createLimiter } from "../../kube/limiter.ts";
import { tolerateListeners } from "../../kube/tolerate-listeners.ts";
import { withinClusterTime } from "../clusters/cluster-time.ts";
import type { Connected, Connection } from "../clusters/connect-clusters.ts";
import { clustersOutOfScope, isInScope, limitRancherLocal, withoutCredential } from "../clusters/scope.ts";
import { plannedCertificates } from "../front-door/plan-certificates.ts";
import type { PlanOptions, RunOptions } from "../options.ts";
import type { CurrentState } from "./current-state.ts";
import type { DesiredState } from "./desired-state.ts";
import type { ClusterScope } from "./plan-cluster.ts";
import { planCluster } from "./plan-cluster.ts";
import type { OnPart } from "./tell-parts.ts";
import { tellParts } from "./tell-parts.ts";

/** Bounds what is held of API servers' answers at once; large enough that some slow clusters leave room for the others. */
const comparedAtATime = 12;

/** What an apply may do (`PlanOptions`), what of it is compared, and who hears of each cluster as it is done. */
export interface CompareOptions extends PlanOptions, Pick<RunOptions, "signal" | "clusterTimeoutMs"> {
  /** See `ClusterScope`. */
  readonly names?: readonly string[];
  readonly onPart?: OnPart;
}

/**
 * What an apply would change, by server-side dry-run on every cluster side by
 * side. A cluster that does not answer is part of the plan; throws one
 * UserError for everything that the API servers refuse.
 */
export async function compareStates(
  desired: DesiredState,
  current: CurrentState,
  options: CompareOptions,
): Promise<{ readonly plan: Plan; readonly warnings: readonly Diagnostic[] }> {
  const { meshFile, scope, open } = current;
  const { mesh } = meshFile;
  tolerateListeners(options.signal);
  const limiter = createLimiter(comparedAtATime);
  const refused: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const shared: ClusterScope = {
    unreachable: new Set(open.connections.filter((one) => one.kind === "unreachable").map((one) => one.cluster.name)),
    withoutCredential: withoutCredential(mesh, scope, open.connections),
    refused,
    warnings,
    continueOnRefusal: options.continueOnRefusal,
    tryWrites: options.tryWrites ?? false,
    services: mesh.services,
    force: options.forceConflicts,
    adopt: options.adopt,
    ...(options.names === undefined ? {} : { names: options.names }),
    signal: options.signal,
  };
  const compare = async (one: Connected): Promise<ClusterPlan> => {
    const plan = await withinClusterTime(one, options, async (signal) =>
      planCluster(one, mesh.name, desired.objects.get(one.cluster.name) ?? [], { ...shared, signal }),
    );
    return one.cluster.name === rancherLocalTarget ? limitRancherLocal(plan, mesh, scope) : plan;
  };
  const parts = tellParts(options.onPart, () => refused.length === 0);
  const planOf = async (one: Connection): Promise<ClusterPlan> =>
    one.kind === "unreachable"
      ? unreachable(one.cluster.name, one.diagnostic)
      : limiter
          .run(options.signal, async () => compare(one))
          .then(parts.came)
          .catch(async (error: unknown) => {
            if (!(error instanceof KubeError)) {
              throw error;
            }
            return unreachable(one.cluster.name, await diagnoseKubeError(error, one.cluster.name));
          });
  const clusters = await Promise.all(targetsOf(current).map(planOf)).finally(parts.end);
  if (refused.length > 0) {
    throw new UserError(refused, exitCodes.failed);
  }
  return { plan: { mesh: mesh.name, clusters, ...besideClusters(current) }, warnings };
}

function besideClusters({ meshFile, scope, certificates }: CurrentState): Pick<Plan, "certificates" | "outOfScope"> {
  const outOfScope = clustersOutOfScope(meshFile.mesh, scope);
  const planned = plannedCertificates(certificates);
  return {
    ...(planned.length === 0 ? {} : { certificates: planned }),
    ...(outOfScope.length === 0 ? {} : { outOfScope }),
  };
}

/** What a plan is about: Rancher's own cluster first, then the clusters in scope. */
function targetsOf({ open, scope }: CurrentState): readonly Connection[] {
  return [
    ...(open.rancherLocal === undefined ? [] : [open.rancherLocal]),
    ...open.connections.filter((one) => isInScope(scope, one.cluster.name)),
  ];
}

function unreachable(cluster: string, diagnostic: Diagnostic): ClusterPlan {
  return { kind: "unreachable", cluster, diagnostic };
}
