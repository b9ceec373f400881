import { adviseMesh } from "../../core/advice/advise-mesh.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warnOfGatewayRestarts } from "../../core/plan/gateway-restarts.ts";
import { warnOfListenerChanges } from "../../core/plan/listener-changes.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { Materials } from "../../core/render/materials.ts";
import type { Connection } from "../clusters/connect-clusters.ts";
import type { OpenMesh } from "../clusters/open-mesh.ts";
import { closeMesh } from "../clusters/open-mesh.ts";
import type { RancherState } from "../clusters/rancher-link.ts";
import { explainRancherError } from "../clusters/rancher-link.ts";
import type { Scope } from "../clusters/scope.ts";
import type { CertificatePlan } from "../front-door/plan-certificates.ts";
import type { PreparedNames } from "../front-door/prepare-names.ts";
import { formerNames, prepareNames, withoutZone } from "../front-door/prepare-names.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { PlanOptions } from "../options.ts";
import type { TrustPlan } from "../trust/plan-trust.ts";
import type { CompareOptions } from "./compare-states.ts";
import { compareStates } from "./compare-states.ts";
import type { CurrentState, ReadOptions } from "./current-state.ts";
import { readCurrent } from "./current-state.ts";
import type { DesiredState } from "./desired-state.ts";
import { renderDesired } from "./desired-state.ts";
import type { OpenedMesh } from "./open-for-plan.ts";
import { openForPlan, openedForPlan } from "./open-for-plan.ts";
import { inventoryOf } from "./plan-cluster.ts";
import { refuseUnknownKinds } from "./preflight/force-conflicts-kinds.ts";
import { preflight, refuse } from "./preflight/preflight.ts";

/** A plan with what carrying it out needs. The connections are open until `close`, which whoever asked for the plan calls. */
export interface PreparedPlan {
  readonly meshFile: MeshFile;
  readonly plan: Plan;
  readonly scope: Scope;
  readonly connections: readonly Connection[];
  /** Rancher's local cluster, where the mesh has something there. */
  readonly rancherLocal: Connection | undefined;
  readonly rancher: RancherState;
  readonly materials: Materials;
  readonly trust: TrustPlan;
  readonly certificates: CertificatePlan;
  /** The names that isthmus publishes, and the zone; undefined where the mesh file has none. */
  readonly names: PreparedNames | undefined;
  /** True when some reachable cluster already carries this mesh. */
  readonly established: boolean;
  readonly warnings: readonly Diagnostic[];
  readonly close: () => Promise<void>;
}

/** What a plan is asked for with. */
export type PlanningOptions = ReadOptions &
  PlanOptions & {
    /** Names are planned as a sync would write them now, and not as they are after an apply. */
    readonly namesAsTheyAre?: boolean;
  };

/**
 * What an apply would change: the current state, held against the reasons to
 * refuse, then what is desired, then both compared by server-side dry-run.
 * Changes nothing, makes no root. Throws one UserError for whatever makes the
 * whole plan wrong (unknown contexts, foreign meshes or roots, a refused
 * object); a cluster that does not answer is part of the plan instead.
 * Clusters outside the `scope` are read for what joining needs and are no part
 * of the plan, whether they answer or not. With a mesh that is `given` (opened
 * as `openedForPlan` says) its connections are used, and stay open.
 */
export async function preparePlan(
  meshFile: MeshFile,
  options: PlanningOptions,
  scope: Scope = [],
  given?: OpenMesh,
): Promise<PreparedPlan> {
  if (given !== undefined) {
    return planOpened(meshFile, { scope, opened: await openedForPlan(meshFile, given, options) }, options);
  }
  const opened = await openForPlan(meshFile, options);
  return closedWhenFailed(opened.open, async () => planOpened(meshFile, { scope, opened }, options));
}

/** Closes the mesh when the work fails, and has the plan close it otherwise. */
export async function closedWhenFailed(open: OpenMesh, work: () => Promise<PreparedPlan>): Promise<PreparedPlan> {
  try {
    return { ...(await work()), close: async () => closeMesh(open) };
  } catch (error) {
    await closeMesh(open);
    throw error;
  }
}

/** As `preparePlan`, of a mesh that is open and stays so: `close` does nothing. */
export async function planOpened(
  meshFile: MeshFile,
  of: { readonly scope: Scope; readonly opened: OpenedMesh },
  options: PlanningOptions & Pick<CompareOptions, "onPart">,
): Promise<PreparedPlan> {
  try {
    const current = await readCurrent(meshFile, of, options);
    const judged = await preflight(current, options);
    refuse(judged);
    const desired = await renderDesired(current, options);
    refuseUnknownKinds(options.forceConflicts, kindsOf(desired));
    const { scope } = of;
    const { connections, rancherLocal, rancher } = current.open;
    const names = await prepareNames(current.meshFile, { connections, scope }, options, {
      afterApply: options.namesAsTheyAre !== true,
    });
    const { plan, warnings } = await compareStates(desired, current, {
      ...options,
      ...(names === undefined ? {} : { names: names.recorded }),
    });
    return {
      meshFile: current.meshFile,
      plan: names === undefined ? plan : { ...plan, names: names.plan },
      scope,
      connections,
      rancherLocal,
      rancher,
      materials: desired.materials,
      trust: current.trust,
      certificates: current.certificates,
      names,
      established: isEstablished(current),
      warnings: [
        ...meshFile.warnings,
        ...adviseMesh(meshFile.mesh, meshFile.locate),
        ...current.warnings,
        ...judged.warnings,
        ...warnings,
        ...warnOfGatewayRestarts(plan.clusters),
        ...warnOfListenerChanges(plan.clusters),
        ...(names?.warnings ?? withoutZone(meshFile.mesh, formerNames(meshFile.mesh, connections))),
      ],
      close: async () => undefined,
    };
  } catch (error) {
    throw explainRancherError(error);
  }
}

function kindsOf({ objects }: DesiredState): ReadonlySet<string> {
  return new Set([...objects.values()].flatMap((all) => all.map(({ object }) => object.kind)));
}

function isEstablished({ connected, meshFile }: CurrentState): boolean {
  return connected.some((one) => inventoryOf(one, meshFile.mesh.name).items.length > 0);
}
